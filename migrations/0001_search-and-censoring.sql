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
ALTER TABLE "commands" ADD COLUMN "censored" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "search_version" text;--> statement-breakpoint
ALTER TABLE "library_pages" ADD COLUMN "title_vector" "tsvector" GENERATED ALWAYS AS (ts_filter("search_vector", '{a}')) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "library_vocabularies" ADD CONSTRAINT "library_vocabularies_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "library_words" ADD CONSTRAINT "library_words_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "library_pages_titles" ON "library_pages" USING gin ("title_vector");