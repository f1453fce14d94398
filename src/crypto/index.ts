/** crypto: keys, key files, signatures, and the DER reader. */
export { contextTag, DerReader, type DerValue, derTags, readDerSequence } from './der.ts'
export { derValue, derWrite } from './der-write.ts'
export { cryptoFault } from './faults.ts'
export { isPkcs12 } from './key-file.ts'
export {
  type KeyType,
  keyHint,
  keyName,
  type PrivateKey,
  type PublicKey,
  type Random,
  type SignatureScheme,
  schemesOf,
} from './key-types.ts'
export { fitsKey, type HashName, type NamedAlgorithm, signNamed, verifyNamed } from './named-signature.ts'
export { derivePbkdf2 } from './password-derivation.ts'
export { type Derivation, decryptPbes2, readDerivation, readPbes2, type SealedPbes2 } from './pbes2.ts'
export { type PemBlock, readPem, writePem } from './pem.ts'
export {
  generatePrivateKey,
  isEncryptedPrivateKey,
  readPrivateKey,
  writeEncryptedPrivateKey,
} from './private-key.ts'
export { certificateSpki, readPublicKey, writePublicKey } from './public-key.ts'
export { prepareKey, signParts, verifyParts } from './signature.ts'
export { publicKeyFromSpki } from './spki.ts'
export { type DigestOutcome, verifyDigest } from './verify-digest.ts'
