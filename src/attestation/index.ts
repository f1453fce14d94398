/** attestation: in-toto statements and the predicates in them. */
export { attestationFault } from './faults.ts'
export { predicateContent, preparePredicate } from './predicate.ts'
export {
  imageSignaturePredicateType,
  type PredicateForm,
  type PredicateType,
  predicateTypeName,
  predicateTypeNames,
  predicateTypeOf,
} from './predicate-types.ts'
export {
  type NewStatement,
  parseStatement,
  type Statement,
  type Subject,
  statementPayloadType,
  statementTypes,
  subjectOf,
  writeStatement,
} from './statement.ts'
