/// One document of a text that could be read.
package struct YAMLDocument: Equatable, Sendable {
  /// Nil for a document that is empty or null.
  package var root: YAMLNode?
  /// The place among all documents of the text, from 0; broken ones count too.
  package var index: Int
  /// Where the content begins; for an empty document, its `---`.
  package var mark: YAMLMark

  package init(root: YAMLNode?, index: Int, mark: YAMLMark) {
    self.root = root
    self.index = index
    self.mark = mark
  }
}

/// What is wrong with one document of a text.
package struct YAMLError: Error, Equatable, Sendable {
  package var mark: YAMLMark
  /// One lower-case sentence: what is wrong and what was expected. It names keys and anchors, never a value.
  package var message: String
  /// Where in the text the offending byte stands, from 0; known for errors of encoding and of forbidden characters.
  package var byteOffset: Int?
  /// The place of the broken document among all documents of the text, from 0.
  package var documentIndex: Int

  package init(mark: YAMLMark, message: String, byteOffset: Int? = nil, documentIndex: Int) {
    self.mark = mark
    self.message = message
    self.byteOffset = byteOffset
    self.documentIndex = documentIndex
  }
}

/// Everything a text held: a document is in `documents` or in `errors`, never in both.
package struct YAMLParseResult: Equatable, Sendable {
  package var documents: [YAMLDocument]
  package var errors: [YAMLError]

  package init(documents: [YAMLDocument], errors: [YAMLError]) {
    self.documents = documents
    self.errors = errors
  }

  /// The first error, if any.
  package var error: YAMLError? { errors.first }
}
