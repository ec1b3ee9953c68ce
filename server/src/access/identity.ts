import type { ProjectRole, TokenScope } from '@rookery/shared/api';

export interface Person {
  id: string;
  name: string;
  /** Null: signs in with a personal link. */
  email: string | null;
  isAdmin: boolean;
}

/** Who makes a request, before it is known what they may do. */
export type Identity =
  | { kind: 'nobody'; reason: 'not_signed_in' | 'session_expired' }
  | {
      kind: 'person';
      person: Person;
      /** Null when the request carries an API token. */
      session: { token: string; expiresAt: Date } | null;
      token: { id: string; scopes: TokenScope[]; projectId: string | null } | null;
    }
  | { kind: 'worker'; tokenId: string };

export interface PersonCaller {
  person: Person;
  session: { token: string; expiresAt: Date } | null;
  /** Set when the request carries an API token that is bound to one project; others stay out of every answer. */
  onlyProjectId: string | null;
}

export interface WorkerCaller {
  tokenId: string;
}

/** A model worker that acts in a sample's episode, whose project its key was checked for. */
export interface SamplingCaller extends WorkerCaller {
  projectId: string;
}

/** A person within a project whose role was checked. */
export interface ProjectCaller extends PersonCaller {
  projectId: string;
  /** Null: an admin who is no member. Routes for demonstrators and raters never get null. */
  memberId: string | null;
  roles: ProjectRole[];
}
