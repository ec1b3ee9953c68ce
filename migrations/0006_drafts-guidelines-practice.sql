CREATE TABLE "answer_draft_versions" (
	"project_id" uuid NOT NULL,
	"episode_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "answer_draft_versions_episode_id_version_pk" PRIMARY KEY("episode_id","version"),
	CONSTRAINT "answer_draft_versions_kind" CHECK ("answer_draft_versions"."kind" in ('typed', 'chosen', 'submitted'))
);
--> statement-breakpoint
CREATE TABLE "guidelines" (
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"text" text NOT NULL,
	"note" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "guidelines_project_id_version_pk" PRIMARY KEY("project_id","version")
);
--> statement-breakpoint
ALTER TABLE "episodes" DROP CONSTRAINT "episodes_kind";--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "guidelines_version" integer;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "practice" text DEFAULT 'offered' NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "practice_question_id" uuid;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "guidelines_seen" integer;--> statement-breakpoint
ALTER TABLE "answer_draft_versions" ADD CONSTRAINT "answer_draft_versions_project_id_episode_id_episodes_project_id_id_fk" FOREIGN KEY ("project_id","episode_id") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "episodes_practice" ON "episodes" USING btree ("created_at") WHERE "episodes"."kind" = 'practice';--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_kind" CHECK ("episodes"."kind" in ('demonstration', 'sample', 'practice'));--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_practice" CHECK ("members"."practice" in ('offered', 'skipped', 'done'));