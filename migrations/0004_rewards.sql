CREATE TABLE "answer_scores" (
	"project_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"answer_id" uuid NOT NULL,
	"score" double precision NOT NULL,
	"uncertainty" double precision NOT NULL,
	"first_half" double precision,
	"second_half" double precision,
	"job_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "answer_scores_model_id_answer_id_pk" PRIMARY KEY("model_id","answer_id")
);
--> statement-breakpoint
CREATE TABLE "reward_models" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"settings" jsonb NOT NULL,
	"note" text NOT NULL,
	"model_blob" text NOT NULL,
	"manifest" jsonb NOT NULL,
	"job_id" uuid NOT NULL,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reward_models_in_project" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "reward_training_comparisons" (
	"project_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"pair_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"source" text NOT NULL,
	"ratings" jsonb NOT NULL,
	"is_held_out" boolean NOT NULL,
	CONSTRAINT "reward_training_comparisons_job_id_comparison_id_pk" PRIMARY KEY("job_id","comparison_id")
);
--> statement-breakpoint
CREATE TABLE "reward_zero_answers" (
	"project_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"answer_id" uuid NOT NULL,
	CONSTRAINT "reward_zero_answers_job_id_answer_id_pk" PRIMARY KEY("job_id","answer_id")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"options" jsonb NOT NULL,
	"seed" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"start_model_id" uuid,
	"scoring_job_id" uuid,
	"pairing_job_id" uuid,
	"training_job_id" uuid,
	"rescoring_job_id" uuid,
	"model_id" uuid,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "rounds_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "rounds_state" CHECK ("rounds"."state" in ('sampling', 'scoring', 'pairing', 'comparing', 'training', 'rescoring', 'ready', 'closed', 'cancelled')),
	CONSTRAINT "rounds_closed" CHECK (("rounds"."closed_at" is not null) = ("rounds"."state" in ('closed', 'cancelled')))
);
--> statement-breakpoint
ALTER TABLE "jobs" DROP CONSTRAINT "jobs_kind";--> statement-breakpoint
ALTER TABLE "pairings" DROP CONSTRAINT "pairings_method";--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "rule" text;--> statement-breakpoint
ALTER TABLE "questions" ADD COLUMN "is_held_out" boolean;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "encoders" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "answer_scores" ADD CONSTRAINT "answer_scores_project_id_model_id_reward_models_project_id_id_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "public"."reward_models"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_scores" ADD CONSTRAINT "answer_scores_project_id_answer_id_answers_project_id_id_fk" FOREIGN KEY ("project_id","answer_id") REFERENCES "public"."answers"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_scores" ADD CONSTRAINT "answer_scores_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_model_blob_blobs_hash_fk" FOREIGN KEY ("model_blob") REFERENCES "public"."blobs"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_training_comparisons" ADD CONSTRAINT "reward_training_comparisons_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_training_comparisons" ADD CONSTRAINT "reward_training_comparisons_project_id_comparison_id_comparisons_project_id_id_fk" FOREIGN KEY ("project_id","comparison_id") REFERENCES "public"."comparisons"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_training_comparisons" ADD CONSTRAINT "reward_training_comparisons_project_id_pair_id_pairs_project_id_id_fk" FOREIGN KEY ("project_id","pair_id") REFERENCES "public"."pairs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_zero_answers" ADD CONSTRAINT "reward_zero_answers_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_zero_answers" ADD CONSTRAINT "reward_zero_answers_project_id_answer_id_answers_project_id_id_fk" FOREIGN KEY ("project_id","answer_id") REFERENCES "public"."answers"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_plan_id_sampling_plans_project_id_id_fk" FOREIGN KEY ("project_id","plan_id") REFERENCES "public"."sampling_plans"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_start_model_id_reward_models_project_id_id_fk" FOREIGN KEY ("project_id","start_model_id") REFERENCES "public"."reward_models"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_model_id_reward_models_project_id_id_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "public"."reward_models"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_scoring_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","scoring_job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_pairing_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","pairing_job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_training_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","training_job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_rescoring_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","rescoring_job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answer_scores_order" ON "answer_scores" USING btree ("model_id","score","answer_id");--> statement-breakpoint
CREATE INDEX "answer_scores_answer" ON "answer_scores" USING btree ("answer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reward_models_version" ON "reward_models" USING btree ("project_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "reward_models_job" ON "reward_models" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "reward_training_comparisons_pair" ON "reward_training_comparisons" USING btree ("job_id","pair_id");--> statement-breakpoint
CREATE INDEX "reward_training_comparisons_of_pair" ON "reward_training_comparisons" USING btree ("pair_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_number" ON "rounds" USING btree ("project_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_plan" ON "rounds" USING btree ("plan_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_open" ON "rounds" USING btree ("project_id") WHERE "rounds"."state" not in ('closed', 'cancelled');--> statement-breakpoint
CREATE INDEX "rounds_model" ON "rounds" USING btree ("model_id");--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind" CHECK ("jobs"."kind" in ('import-questions', 'import-library', 'import-answers', 'import-comparisons', 'make-pairs', 'choose-pairs', 'export-demonstrations', 'export-comparisons', 'verify-episodes', 'ping', 'train-ranker', 'sample', 'train-reward', 'score-answers', 'score'));--> statement-breakpoint
ALTER TABLE "pairings" ADD CONSTRAINT "pairings_method" CHECK ("pairings"."method" in ('all', 'per-question', 'by-hand', 'import', 'round'));--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_rule" CHECK ("pairs"."rule" in ('random', 'closest', 'best-of-n'));