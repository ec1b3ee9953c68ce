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
CREATE TABLE "reviews" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"episode_id" uuid NOT NULL,
	"decision" text NOT NULL,
	"comment" text NOT NULL,
	"decided_by" uuid NOT NULL,
	"answer_revision" integer,
	"batch_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reviews_decision" CHECK ("reviews"."decision" in ('accepted', 'returned', 'excluded', 'restored'))
);
--> statement-breakpoint
CREATE TABLE "library_vocabularies" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"pages" integer NOT NULL,
	"mean_characters" integer NOT NULL,
	"renewed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_words" (
	"project_id" uuid NOT NULL,
	"word" text collate "C" NOT NULL,
	"pages" integer NOT NULL,
	CONSTRAINT "library_words_project_id_word_pk" PRIMARY KEY("project_id","word")
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
ALTER TABLE "assignments" DROP CONSTRAINT "assignments_state";--> statement-breakpoint
ALTER TABLE "assignments" DROP CONSTRAINT "assignments_place_held";--> statement-breakpoint
ALTER TABLE "episodes" DROP CONSTRAINT "episodes_kind";--> statement-breakpoint
DROP INDEX "assignments_leases";--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "falls_back_to" text;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "open_in" text;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "guidelines_version" integer;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "censored" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "search_version" text;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "review_state" text DEFAULT 'unreviewed' NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "review_draw" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "decisions" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "ending" text;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "quotes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "invalid_commands" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "censored_commands" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "active_ms" integer;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "answer_revision" integer;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "answer_characters" integer;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "answer_citations" integer;--> statement-breakpoint
ALTER TABLE "library_pages" ADD COLUMN "title_vector" "tsvector" GENERATED ALWAYS AS (ts_filter("search_vector", '{a}')) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "is_simulated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "paused_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "practice" text DEFAULT 'offered' NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "practice_question_id" uuid;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "guidelines_seen" integer;--> statement-breakpoint
ALTER TABLE "questions" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "questions" ADD COLUMN "held" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "questions" SET "held" = (SELECT count(*) FROM "assignments" WHERE "assignments"."question_id" = "questions"."id" AND "assignments"."place" IS NOT NULL);--> statement-breakpoint
UPDATE "episodes" SET
  "review_draw" = ('x' || substr(md5("id"::text), 1, 8))::bit(32)::bigint / 4294967296.0,
  "ending" = "browser_state" ->> 'ending',
  "quotes" = coalesce(jsonb_array_length("browser_state" -> 'quotes'), 0),
  "invalid_commands" = (SELECT count(*) FROM "commands" WHERE "commands"."episode_id" = "episodes"."id" AND NOT "is_valid"),
  "active_ms" = CASE WHEN "ended_at" IS NOT NULL THEN coalesce((SELECT extract(epoch FROM sum("activity_intervals"."ended_at" - "activity_intervals"."started_at")) * 1000
    FROM "activity_intervals" WHERE "activity_intervals"."episode_id" = "episodes"."id"), 0)::int END;--> statement-breakpoint
UPDATE "episodes" SET "answer_revision" = "newest"."revision", "answer_characters" = char_length("newest"."text"),
  "answer_citations" = (SELECT count(DISTINCT "match"[1]::int) FROM regexp_matches("newest"."text", '\[(\d{1,3})\]', 'g') AS "match"
    WHERE "match"[1]::int BETWEEN 1 AND "episodes"."quotes")
FROM (SELECT DISTINCT ON ("episode_id") * FROM "answers" ORDER BY "episode_id", "revision" DESC) AS "newest"
WHERE "newest"."episode_id" = "episodes"."id";--> statement-breakpoint
ALTER TABLE "answer_draft_versions" ADD CONSTRAINT "answer_draft_versions_project_id_episode_id_episodes_project_id_id_fk" FOREIGN KEY ("project_id","episode_id") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_decided_by_people_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_project_id_episode_id_episodes_project_id_id_fk" FOREIGN KEY ("project_id","episode_id") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "library_vocabularies" ADD CONSTRAINT "library_vocabularies_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "library_words" ADD CONSTRAINT "library_words_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reviews_episode" ON "reviews" USING btree ("episode_id","created_at");--> statement-breakpoint
CREATE INDEX "reviews_batch" ON "reviews" USING btree ("project_id","batch_id","episode_id") WHERE "reviews"."batch_id" is not null;--> statement-breakpoint
CREATE INDEX "activity_intervals_member" ON "activity_intervals" USING btree ("member_id","ended_at");--> statement-breakpoint
CREATE INDEX "answers_words" ON "answers" USING gin (to_tsvector('simple', "text"));--> statement-breakpoint
CREATE INDEX "episodes_practice" ON "episodes" USING btree ("created_at") WHERE "episodes"."kind" = 'practice';--> statement-breakpoint
CREATE INDEX "episodes_reviews" ON "episodes" USING btree ("project_id","review_state","id");--> statement-breakpoint
CREATE INDEX "episodes_active" ON "episodes" USING btree ("project_id","member_id","active_ms") WHERE "episodes"."answer_revision" is not null;--> statement-breakpoint
CREATE INDEX "library_pages_titles" ON "library_pages" USING gin ("title_vector");--> statement-breakpoint
CREATE INDEX "questions_next" ON "questions" USING btree ("project_id","priority" DESC NULLS LAST,("held"::float8 / "wanted"),"created_at","id") WHERE "questions"."excluded_at" is null and "questions"."held" < "questions"."wanted";--> statement-breakpoint
CREATE INDEX "assignments_leases" ON "assignments" USING btree ("lease_expires_at") WHERE "assignments"."state" in ('active', 'paused');--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_falls_back_to" CHECK ("assignments"."falls_back_to" in ('submitted', 'surplus', 'returned'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_revised" CHECK ("assignments"."falls_back_to" is null or "assignments"."state" in ('active', 'paused'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_state" CHECK ("assignments"."state" in ('active', 'paused', 'returned', 'submitted', 'surplus', 'expired', 'released', 'excluded'));--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_place_held" CHECK (("assignments"."place" is not null) = ("assignments"."state" in ('active', 'paused', 'returned', 'submitted')
        and "assignments"."falls_back_to" is distinct from 'surplus'));--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_review_state" CHECK ("episodes"."review_state" in ('unreviewed', 'accepted', 'returned', 'excluded'));--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_ending" CHECK ("episodes"."ending" in ('answer', 'nonsense', 'controversial', 'action-limit', 'quote-budget'));--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_kind" CHECK ("episodes"."kind" in ('demonstration', 'sample', 'practice'));--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_practice" CHECK ("members"."practice" in ('offered', 'skipped', 'done'));