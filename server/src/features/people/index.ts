export { madeUpEmail, publicEmail } from './emails.ts';
export { readInvitation, useInvitation } from './invitations.ts';
export { hasPassword, replaceSignInLink, revokeSignInLinks, signInAddress, useSignInLink } from './links.ts';
export { findMember, presentMember } from './queries.ts';
export { peopleHandlers } from './routes.ts';
export { createMember, createPerson, requireFuture } from './service.ts';
