/// Where the members that were looked for stand in an object. Ranges count the bytes of what was scanned.
package struct ScannedObject: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case string, number, object, array, true_, false_, null }

  package struct Value: Hashable, Sendable {
    package var kind: Kind
    /// The value as it stands in the body, quotes or brackets included.
    package var range: Range<Int>
    /// Members of an array; zero for everything else.
    package var elements: Int
    /// What the first member of an array is.
    package var firstElement: Kind?
  }

  /// By the place of their name in ``FieldNames``.
  package var values: [Value?]
  /// Just behind the opening brace.
  package var start: Int
  package var isEmpty: Bool
}
