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
ALTER TABLE "reviews" ADD COLUMN "batch_id" uuid;--> statement-breakpoint
UPDATE "episodes" SET
  "review_draw" = ('x' || substr(md5("id"::text), 1, 8))::bit(32)::bigint / 4294967296.0,
  "decisions" = (SELECT count(*) FROM "reviews" WHERE "reviews"."episode_id" = "episodes"."id"),
  "ending" = "browser_state" ->> 'ending',
  "quotes" = coalesce(jsonb_array_length("browser_state" -> 'quotes'), 0),
  "invalid_commands" = (SELECT count(*) FROM "commands" WHERE "commands"."episode_id" = "episodes"."id" AND NOT "is_valid"),
  "censored_commands" = (SELECT count(*) FROM "commands" WHERE "commands"."episode_id" = "episodes"."id" AND "censored" <> '[]'),
  "active_ms" = CASE WHEN "ended_at" IS NOT NULL THEN coalesce((SELECT extract(epoch FROM sum("activity_intervals"."ended_at" - "activity_intervals"."started_at")) * 1000
    FROM "activity_intervals" WHERE "activity_intervals"."episode_id" = "episodes"."id"), 0)::int END;--> statement-breakpoint
UPDATE "episodes" SET "answer_revision" = "newest"."revision", "answer_characters" = char_length("newest"."text"),
  "answer_citations" = (SELECT count(DISTINCT "match"[1]::int) FROM regexp_matches("newest"."text", '\[(\d{1,3})\]', 'g') AS "match"
    WHERE "match"[1]::int BETWEEN 1 AND "episodes"."quotes")
FROM (SELECT DISTINCT ON ("episode_id") * FROM "answers" ORDER BY "episode_id", "revision" DESC) AS "newest"
WHERE "newest"."episode_id" = "episodes"."id";--> statement-breakpoint
CREATE INDEX "episodes_active" ON "episodes" USING btree ("project_id","member_id","active_ms") WHERE "episodes"."answer_revision" is not null;--> statement-breakpoint
CREATE INDEX "reviews_batch" ON "reviews" USING btree ("project_id","batch_id","episode_id") WHERE "reviews"."batch_id" is not null;--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_ending" CHECK ("episodes"."ending" in ('answer', 'nonsense', 'controversial', 'action-limit', 'quote-budget'));