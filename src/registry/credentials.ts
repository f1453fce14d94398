/** What a credential is and who has it. */

export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token that the token endpoint changes for access tokens (docker's `identitytoken`). */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** A bearer token for the registry itself (docker's `registrytoken`). */
  | { readonly kind: 'registry-token'; readonly token: string }

/** The port through which credentials are found; asked only after a registry has asked for them. */
export interface CredentialSource {
  /** `registry` is exactly the host and port that asked: `registry.example.org:5000`, `docker.io`. */
  find(registry: string, repository: string | undefined): Promise<Credential | undefined>
}

export const noCredentials: CredentialSource = { find: async () => undefined }

/** What a person gave on the command line holds for the one registry it was given for, and comes before any file. */
export function explicitCredentials(
  registry: string,
  credential: Credential,
  others: CredentialSource,
): CredentialSource {
  return {
    find: async (asked, repository) => (asked === registry ? credential : others.find(asked, repository)),
  }
}

const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** The name under which docker keeps the credentials of a registry: Docker Hub's is an address of old. */
export function credentialKey(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry
}

/** The registry that a key of `auths` means: docker writes hosts and URLs (`https://r.example.org/v1/`). Exact, never a part of a name. */
export function registryOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? ''
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? DOCKER_HUB : host.toLowerCase()
}
