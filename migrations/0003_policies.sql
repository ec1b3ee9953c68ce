CREATE TABLE "policy_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"source" text NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"note" text NOT NULL,
	"model_blob" text,
	"manifest" jsonb,
	"job_id" uuid,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_versions_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "policy_versions_kind" CHECK ("policy_versions"."kind" in ('ranker', 'endpoint')),
	CONSTRAINT "policy_versions_trained" CHECK (("policy_versions"."kind" = 'ranker') = ("policy_versions"."model_blob" is not null)
        and ("policy_versions"."kind" = 'ranker') = ("policy_versions"."manifest" is not null)
        and ("policy_versions"."kind" = 'ranker') = ("policy_versions"."job_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "samples" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"question_id" uuid NOT NULL,
	"policy_version_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" text NOT NULL,
	"draw" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "samples_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "samples_state" CHECK ("samples"."state" in ('waiting', 'running', 'answered', 'no-answer', 'duplicate', 'cancelled')),
	CONSTRAINT "samples_draw" CHECK ("samples"."draw" >= 0 and "samples"."number" >= 1)
);
--> statement-breakpoint
CREATE TABLE "sampling_plans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"options" jsonb NOT NULL,
	"seed" text NOT NULL,
	"settings_version" integer NOT NULL,
	"pairing_job_id" uuid,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "sampling_plans_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "sampling_plans_state" CHECK ("sampling_plans"."state" in ('running', 'paused', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "training_episodes" (
	"project_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"episode_id" uuid NOT NULL,
	"question_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	CONSTRAINT "training_episodes_job_id_episode_id_pk" PRIMARY KEY("job_id","episode_id")
);
--> statement-breakpoint
ALTER TABLE "jobs" DROP CONSTRAINT "jobs_kind";--> statement-breakpoint
ALTER TABLE "jobs" DROP CONSTRAINT "jobs_state_known";--> statement-breakpoint
-- Signs of life, which every worker gives again within seconds: what they say of it is more now.
DELETE FROM "workers";--> statement-breakpoint
ALTER TABLE "workers" ALTER COLUMN "kinds" SET DATA TYPE jsonb USING '[]'::jsonb;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "sampled" jsonb;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "sampled" jsonb;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "sample_id" uuid;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "draw" integer;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "seed" text;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "sampler" jsonb;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "duplicate_of" uuid;--> statement-breakpoint
ALTER TABLE "episodes" ADD COLUMN "cites_reference" boolean;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "worker_id" uuid;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "device" text NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "models" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "endpoints" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "ended_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_model_blob_blobs_hash_fk" FOREIGN KEY ("model_blob") REFERENCES "public"."blobs"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "samples" ADD CONSTRAINT "samples_project_id_plan_id_sampling_plans_project_id_id_fk" FOREIGN KEY ("project_id","plan_id") REFERENCES "public"."sampling_plans"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "samples" ADD CONSTRAINT "samples_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "samples" ADD CONSTRAINT "samples_project_id_question_id_questions_project_id_id_fk" FOREIGN KEY ("project_id","question_id") REFERENCES "public"."questions"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "samples" ADD CONSTRAINT "samples_project_id_policy_version_id_policy_versions_project_id_id_fk" FOREIGN KEY ("project_id","policy_version_id") REFERENCES "public"."policy_versions"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sampling_plans" ADD CONSTRAINT "sampling_plans_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sampling_plans" ADD CONSTRAINT "sampling_plans_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sampling_plans" ADD CONSTRAINT "sampling_plans_project_id_pairing_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","pairing_job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_episodes" ADD CONSTRAINT "training_episodes_project_id_job_id_jobs_project_id_id_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_episodes" ADD CONSTRAINT "training_episodes_project_id_episode_id_episodes_project_id_id_fk" FOREIGN KEY ("project_id","episode_id") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_episodes" ADD CONSTRAINT "training_episodes_project_id_question_id_questions_project_id_id_fk" FOREIGN KEY ("project_id","question_id") REFERENCES "public"."questions"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_versions_name" ON "policy_versions" USING btree ("project_id",lower("name"),"version");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_versions_job" ON "policy_versions" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "policy_versions_order" ON "policy_versions" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "samples_number" ON "samples" USING btree ("plan_id","question_id","policy_version_id","number");--> statement-breakpoint
CREATE INDEX "samples_job" ON "samples" USING btree ("job_id","number");--> statement-breakpoint
CREATE INDEX "samples_version" ON "samples" USING btree ("policy_version_id","state");--> statement-breakpoint
CREATE INDEX "samples_question" ON "samples" USING btree ("question_id");--> statement-breakpoint
CREATE INDEX "samples_ended" ON "samples" USING btree ("plan_id","ended_at");--> statement-breakpoint
CREATE INDEX "sampling_plans_order" ON "sampling_plans" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "training_episodes_question" ON "training_episodes" USING btree ("question_id");--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_project_id_sample_id_samples_project_id_id_fk" FOREIGN KEY ("project_id","sample_id") REFERENCES "public"."samples"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_project_id_duplicate_of_episodes_project_id_id_fk" FOREIGN KEY ("project_id","duplicate_of") REFERENCES "public"."episodes"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "episodes_sample" ON "episodes" USING btree ("sample_id","draw") WHERE "episodes"."sample_id" is not null;--> statement-breakpoint
CREATE INDEX "jobs_worker" ON "jobs" USING btree ("worker_id") WHERE "jobs"."worker_id" is not null;--> statement-breakpoint
CREATE INDEX "jobs_ended" ON "jobs" USING btree ("project_id","kind","ended_at");--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_of_sample" CHECK (("episodes"."kind" = 'sample') = ("episodes"."sample_id" is not null)
        and ("episodes"."sample_id" is null) = ("episodes"."draw" is null)
        and ("episodes"."sample_id" is null) = ("episodes"."seed" is null)
        and ("episodes"."sample_id" is null) = ("episodes"."sampler" is null));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind" CHECK ("jobs"."kind" in ('import-questions', 'import-library', 'import-answers', 'import-comparisons', 'make-pairs', 'export-demonstrations', 'export-comparisons', 'verify-episodes', 'ping', 'train-ranker', 'sample'));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_state_known" CHECK ("jobs"."state" in ('uploading', 'held', 'queued', 'running', 'done', 'failed', 'cancelled'));