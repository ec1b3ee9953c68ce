import { unwrapped } from './unwrapped.ts';

const wrapped = `# How to make a good demonstration

You get a question. You look for what answers it in the text browser, keep the passages that matter as quotes, and
write an answer from them. Everything you do is recorded: a program learns from it how to look things up and how to
answer with sources. Work as you would for a friend who asked, and who will check.

## Read the question first

- Ask yourself what the person wants to know, and how much they know already. Most want a clear explanation in plain
  words, not a specialist's article.
- If you do not know anything about it, that is fine. You are not asked what you know, but what you can find.
- **“This question does not make sense”** is for questions that nobody can understand, or that lack what they are about.
- **“This question should not be answered”** is for questions whose answer would help to harm somebody, or that ask about
  a private person.
- A hard question is neither. If you cannot do it, give it back: somebody else gets it, and nobody minds.

## Search

- Begin with the few words that a page with the answer would use, not with the whole question.
- If nothing fits, use other words for the same thing, or something more general. Three searches are better than one
  long scroll.
- Open the page that looks most trustworthy, not the first one. Who writes it? What do they want? Do they say how they
  know?
- Use *find in page* on long pages.
- Every search, opened page, scroll and find takes one action. There are enough of them for a careful search; there is
  no prize for few.

## Quote

- Quote what a claim of your answer will stand on: the sentence that says it, with as much around it as it needs to be
  understood.
- Short passages are better than long ones. Quote tokens are few; two or three good quotes answer most questions.
- Where pages contradict one another, look for a third. If it stays open, quote both sides and say so.
- Do not quote what you do not believe, unless the answer says that it is wrong.

## Write

- Answer the question in the first sentence or two, then explain.
- Use your own words. An answer that is a quote copied out teaches nothing.
- Say only what your quotes support, or what everybody knows. If your quotes do not answer a part of the question, say
  that you found nothing about it.
- Put the number of a quote, such as [1], right behind each claim it supports. A claim may need two: [1][2].
- Leave out what was not asked. Most good answers have 50 to 200 words.
- Read it once more on the review page as somebody would who knows nothing else: is it clear, and is every claim cited?

## Time and pay

- Take the time that the task needs. Active time is measured by what the server sees you do; you see yours on the start
  page, and your lead sees the same figures. Nobody is paid less for being careful.
- *Pause* when you have to leave. A paused task is held for you, and a pause is not counted.
- Nothing is lost when your connection breaks or your computer stops: open the task again and go on.
- If a lead returns a task, the comment says what to change. Ask when you do not understand it.

## Privacy

- Do not put anything about yourself into searches, answers or notes. Your demonstrations are kept under a made-up name.
- Do not write about private people, even if a page does.
- Do the work yourself. Do not paste text from elsewhere and do not use a program that writes answers: this work is to
  show what a person does.
`;

/** What a project's guidelines are until its lead writes others: for demonstrators, in Markdown. */
export const demonstrationGuidelines = unwrapped(wrapped);
