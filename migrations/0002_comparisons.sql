CREATE TABLE "comparison_imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"job_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "comparison_imports_in_project" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "comparison_revisions" (
	"project_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"judgement" jsonb NOT NULL,
	"active_ms" integer NOT NULL,
	"submitted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "comparison_revisions_comparison_id_revision_pk" PRIMARY KEY("comparison_id","revision")
);
--> statement-breakpoint
CREATE TABLE "comparisons" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"pair_id" uuid NOT NULL,
	"origin" text NOT NULL,
	"state" text NOT NULL,
	"form" text NOT NULL,
	"form_version" integer,
	"member_id" uuid,
	"import_id" uuid,
	"occurrence" integer,
	"is_calibration" boolean DEFAULT false NOT NULL,
	"place" integer,
	"first_side" text,
	"required_fields" text[],
	"lease_token" text,
	"lease_expires_at" timestamp (3) with time zone,
	"settings_version" integer,
	"guidelines_version" integer,
	"draft" jsonb,
	"draft_version" integer DEFAULT 0 NOT NULL,
	"draft_saved_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 0 NOT NULL,
	"question_flag" text,
	"submitted_at" timestamp (3) with time zone,
	"active_ms" integer,
	"spans" integer DEFAULT 0 NOT NULL,
	"is_noted" boolean DEFAULT false NOT NULL,
	"soft_prompts" text[] DEFAULT '{}' NOT NULL,
	"release_reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"excluded_at" timestamp (3) with time zone,
	"excluded_by" uuid,
	"excluded_reason" text,
	CONSTRAINT "comparisons_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "comparisons_origin" CHECK ("comparisons"."origin" in ('rater', 'import')),
	CONSTRAINT "comparisons_state" CHECK ("comparisons"."state" in ('active', 'submitted', 'surplus', 'expired', 'released', 'flagged', 'excluded')),
	CONSTRAINT "comparisons_form" CHECK ("comparisons"."form" in ('webgpt-five', 'minimal')),
	CONSTRAINT "comparisons_first_side" CHECK ("comparisons"."first_side" in ('a', 'b')),
	CONSTRAINT "comparisons_question_flag" CHECK ("comparisons"."question_flag" in ('makes-no-sense', 'should-not-be-answered')),
	CONSTRAINT "comparisons_by_rater" CHECK (case "comparisons"."origin" when 'rater' then "comparisons"."import_id" is null and num_nulls("comparisons"."member_id", "comparisons"."form_version",
        "comparisons"."first_side", "comparisons"."required_fields", "comparisons"."lease_token", "comparisons"."lease_expires_at", "comparisons"."settings_version") = 0
        else "comparisons"."state" in ('submitted', 'excluded') and "comparisons"."import_id" is not null and "comparisons"."occurrence" is not null
        and num_nonnulls("comparisons"."member_id", "comparisons"."first_side", "comparisons"."place") = 0 end),
	CONSTRAINT "comparisons_place_held" CHECK (("comparisons"."place" is not null) = ("comparisons"."origin" = 'rater' and not "comparisons"."is_calibration"
        and "comparisons"."state" in ('active', 'submitted'))),
	CONSTRAINT "comparisons_excluded" CHECK (("comparisons"."state" = 'excluded') = ("comparisons"."excluded_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "ratings" (
	"project_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"criterion" text NOT NULL,
	"value" double precision NOT NULL,
	CONSTRAINT "ratings_comparison_id_criterion_pk" PRIMARY KEY("comparison_id","criterion"),
	CONSTRAINT "ratings_criterion" CHECK ("ratings"."criterion" in ('unsupported', 'core', 'additional', 'coherence', 'irrelevant', 'accuracy', 'overall')),
	CONSTRAINT "ratings_value" CHECK ("ratings"."value" between -1 and 1)
);
--> statement-breakpoint
CREATE TABLE "pairings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"method" text NOT NULL,
	"options" jsonb,
	"seed" text NOT NULL,
	"job_id" uuid,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pairings_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "pairings_method" CHECK ("pairings"."method" in ('all', 'per-question', 'by-hand', 'import'))
);
--> statement-breakpoint
CREATE TABLE "pairs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"question_id" uuid NOT NULL,
	"form" text NOT NULL,
	"first_answer_id" uuid NOT NULL,
	"second_answer_id" uuid NOT NULL,
	"pairing_id" uuid NOT NULL,
	"probability" double precision,
	"wanted" integer NOT NULL,
	"held" integer DEFAULT 0 NOT NULL,
	"is_calibration" boolean DEFAULT false NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"lot" double precision NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"excluded_at" timestamp (3) with time zone,
	"excluded_reason" text,
	CONSTRAINT "pairs_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "pairs_form" CHECK ("pairs"."form" in ('webgpt-five', 'minimal')),
	CONSTRAINT "pairs_two" CHECK ("pairs"."first_answer_id" <> "pairs"."second_answer_id"),
	CONSTRAINT "pairs_probability" CHECK ("pairs"."probability" > 0 and "pairs"."probability" <= 1),
	CONSTRAINT "pairs_held" CHECK ("pairs"."held" >= 0 and "pairs"."held" <= "pairs"."wanted")
);
--> statement-breakpoint
ALTER TABLE "jobs" DROP CONSTRAINT "jobs_kind";--> statement-breakpoint
ALTER TABLE "guidelines" DROP CONSTRAINT "guidelines_project_id_version_pk";--> statement-breakpoint
ALTER TABLE "activity_intervals" ALTER COLUMN "episode_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "episode_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "revision" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "guidelines" ADD COLUMN "kind" text DEFAULT 'demonstrations' NOT NULL;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_project_id_kind_version_pk" PRIMARY KEY("project_id","kind","version");--> statement-breakpoint
ALTER TABLE "activity_intervals" ADD COLUMN "comparison_id" uuid;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "question_id" uuid;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "origin" text;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "author_id" uuid;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "import_id" uuid;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "quotes" jsonb;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "content_hash" text;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "prefix_token_ids" text;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "completion_token_ids" text;--> statement-breakpoint
UPDATE "answers" SET "question_id" = "episodes"."question_id", "origin" = 'demonstration', "source" = 'demonstrations', "author_id" = "episodes"."member_id",
	"quotes" = (SELECT coalesce(jsonb_agg(jsonb_build_object('title', quote->>'title', 'domain', quote->>'domain', 'extract', quote->>'extract') ORDER BY number), '[]')
		FROM jsonb_array_elements(coalesce("episodes"."browser_state"->'quotes', '[]')) WITH ORDINALITY AS quotes(quote, number))
	FROM "episodes" WHERE "episodes"."id" = "answers"."episode_id";--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "question_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "origin" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "source" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "quotes" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "rating_form" text DEFAULT 'webgpt-five' NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "rating_practice" text DEFAULT 'offered' NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "rating_guidelines_seen" integer;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_in_project" UNIQUE("project_id","id");--> statement-breakpoint
ALTER TABLE "comparison_imports" ADD CONSTRAINT "comparison_imports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparison_imports" ADD CONSTRAINT "comparison_imports_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparison_revisions" ADD CONSTRAINT "comparison_revisions_project_id_comparison_id_comparisons_project_id_id_fk" FOREIGN KEY ("project_id","comparison_id") REFERENCES "public"."comparisons"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_excluded_by_people_id_fk" FOREIGN KEY ("excluded_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_project_id_pair_id_pairs_project_id_id_fk" FOREIGN KEY ("project_id","pair_id") REFERENCES "public"."pairs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_project_id_member_id_members_project_id_id_fk" FOREIGN KEY ("project_id","member_id") REFERENCES "public"."members"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_project_id_import_id_comparison_imports_project_id_id_fk" FOREIGN KEY ("project_id","import_id") REFERENCES "public"."comparison_imports"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratings" ADD CONSTRAINT "ratings_project_id_comparison_id_comparisons_project_id_id_fk" FOREIGN KEY ("project_id","comparison_id") REFERENCES "public"."comparisons"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairings" ADD CONSTRAINT "pairings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairings" ADD CONSTRAINT "pairings_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairings" ADD CONSTRAINT "pairings_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_project_id_question_id_questions_project_id_id_fk" FOREIGN KEY ("project_id","question_id") REFERENCES "public"."questions"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_project_id_first_answer_id_answers_project_id_id_fk" FOREIGN KEY ("project_id","first_answer_id") REFERENCES "public"."answers"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_project_id_second_answer_id_answers_project_id_id_fk" FOREIGN KEY ("project_id","second_answer_id") REFERENCES "public"."answers"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_project_id_pairing_id_pairings_project_id_id_fk" FOREIGN KEY ("project_id","pairing_id") REFERENCES "public"."pairings"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "comparison_imports_name" ON "comparison_imports" USING btree ("project_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_place" ON "comparisons" USING btree ("pair_id","place");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_once" ON "comparisons" USING btree ("pair_id","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_imported" ON "comparisons" USING btree ("import_id","pair_id","occurrence") WHERE "comparisons"."import_id" is not null;--> statement-breakpoint
CREATE INDEX "comparisons_member" ON "comparisons" USING btree ("project_id","member_id","created_at");--> statement-breakpoint
CREATE INDEX "comparisons_order" ON "comparisons" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "comparisons_leases" ON "comparisons" USING btree ("lease_expires_at") WHERE "comparisons"."state" = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "pairings_job" ON "pairings" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "pairings_order" ON "pairings" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "pairs_answers" ON "pairs" USING btree ("form",least("first_answer_id", "second_answer_id"),greatest("first_answer_id", "second_answer_id"));--> statement-breakpoint
CREATE INDEX "pairs_next" ON "pairs" USING btree ("project_id","form","priority" DESC NULLS LAST,("held"::float8 / "wanted"),"lot","id") WHERE "pairs"."excluded_at" is null and not "pairs"."is_calibration" and "pairs"."held" < "pairs"."wanted";--> statement-breakpoint
CREATE INDEX "pairs_calibration" ON "pairs" USING btree ("project_id","form","lot") WHERE "pairs"."is_calibration" and "pairs"."excluded_at" is null;--> statement-breakpoint
CREATE INDEX "pairs_order" ON "pairs" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "pairs_question" ON "pairs" USING btree ("question_id");--> statement-breakpoint
CREATE INDEX "pairs_first" ON "pairs" USING btree ("first_answer_id");--> statement-breakpoint
CREATE INDEX "pairs_second" ON "pairs" USING btree ("second_answer_id");--> statement-breakpoint
CREATE INDEX "pairs_pairing" ON "pairs" USING btree ("pairing_id");--> statement-breakpoint
ALTER TABLE "activity_intervals" ADD CONSTRAINT "activity_intervals_project_id_comparison_id_comparisons_project_id_id_fk" FOREIGN KEY ("project_id","comparison_id") REFERENCES "public"."comparisons"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_project_id_question_id_questions_project_id_id_fk" FOREIGN KEY ("project_id","question_id") REFERENCES "public"."questions"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_project_id_author_id_members_project_id_id_fk" FOREIGN KEY ("project_id","author_id") REFERENCES "public"."members"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_project_id_import_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","import_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "activity_intervals_comparison" ON "activity_intervals" USING btree ("comparison_id") WHERE "activity_intervals"."comparison_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "answers_imported" ON "answers" USING btree ("question_id","source","content_hash") WHERE "answers"."origin" = 'import';--> statement-breakpoint
CREATE INDEX "answers_question" ON "answers" USING btree ("question_id");--> statement-breakpoint
CREATE INDEX "answers_order" ON "answers" USING btree ("project_id","created_at");--> statement-breakpoint
ALTER TABLE "activity_intervals" ADD CONSTRAINT "activity_intervals_of" CHECK (num_nonnulls("activity_intervals"."episode_id", "activity_intervals"."comparison_id") = 1);--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_origin" CHECK ("answers"."origin" in ('demonstration', 'import', 'sample'));--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_from" CHECK (("answers"."origin" = 'import') = ("answers"."episode_id" is null)
        and ("answers"."origin" = 'import') = ("answers"."content_hash" is not null)
        and ("answers"."episode_id" is null) = ("answers"."revision" is null));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind" CHECK ("jobs"."kind" in ('import-questions', 'import-library', 'import-answers', 'import-comparisons', 'make-pairs', 'export-demonstrations', 'export-comparisons', 'verify-episodes', 'ping'));--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_kind" CHECK ("guidelines"."kind" in ('demonstrations', 'webgpt-five', 'minimal'));--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_rating_form" CHECK ("members"."rating_form" in ('webgpt-five', 'minimal'));--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_rating_practice" CHECK ("members"."rating_practice" in ('offered', 'skipped', 'done'));