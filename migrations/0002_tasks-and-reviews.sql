CREATE TABLE "reviews" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"episode_id" uuid NOT NULL,
	"decision" text NOT NULL,
	"comment" text NOT NULL,
	"decided_by" uuid NOT NULL,
	"answer_revision" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reviews_decision" CHECK ("reviews"."decision" in ('accepted', 'returned', 'excluded', 'restored'))
);
--> statement-breakpoint
ALTER TABLE "assignments" DROP CONSTRAINT "assignments_state";--> statement-breakpoint
ALTER TABLE "assignments" DROP CONSTRAINT "assignments_place_held";--> statement-breakpoint
DROP INDEX "assignments_leases";--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "falls_back_to" text;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "open_in" text;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "review_state" text DEFAULT 'unreviewed' NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "paused_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "questions" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_decided_by_people_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_project_id_episode_id_episodes_project_id_id_fk" FOREIGN KEY ("project_id","episode_id") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reviews_episode" ON "reviews" USING btree ("episode_id","created_at");--> statement-breakpoint
CREATE INDEX "activity_intervals_member" ON "activity_intervals" USING btree ("member_id","ended_at");--> statement-breakpoint
CREATE INDEX "episodes_reviews" ON "episodes" USING btree ("project_id","review_state","id");--> statement-breakpoint
CREATE INDEX "assignments_leases" ON "assignments" USING btree ("lease_expires_at") WHERE "assignments"."state" in ('active', 'paused');--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_falls_back_to" CHECK ("assignments"."falls_back_to" in ('submitted', 'surplus', 'returned'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_revised" CHECK ("assignments"."falls_back_to" is null or "assignments"."state" in ('active', 'paused'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_state" CHECK ("assignments"."state" in ('active', 'paused', 'returned', 'submitted', 'surplus', 'expired', 'released', 'excluded'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_place_held" CHECK (("assignments"."place" is not null) = ("assignments"."state" in ('active', 'paused', 'returned', 'submitted')
        and "assignments"."falls_back_to" is distinct from 'surplus'));--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_review_state" CHECK ("episodes"."review_state" in ('unreviewed', 'accepted', 'returned', 'excluded'));