/** registry: the distribution client, its credentials, and where registries are reached. */

export { type DockerCredentialsOptions, dockerCredentials } from './credential-source.ts'
export { type Credential, type CredentialSource, explicitCredentials, noCredentials } from './credentials.ts'
export { type HostsConfig, noHosts } from './endpoint.ts'
export { registryFault } from './faults.ts'
export type { RunProgram } from './helper.ts'
export { fileHosts, hostsFolders } from './hosts-files.ts'
export { type Login, type LoginPlace, type LoginResult, loginFile, removeLogin, saveLogin } from './login-file.ts'
export { createRegistry, type Registry, type RegistryOptions, type RepositoryName } from './registry.ts'
