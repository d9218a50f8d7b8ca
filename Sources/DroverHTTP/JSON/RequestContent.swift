/// What a request asks for besides text, wherever in its body that stands: what its bytes do not bound.
///
/// Careful rather than clever: what is not known to be plain text counts as more. Names that are spelt with escapes are
/// taken for the worst that they can be.
package struct RequestContent: Hashable, Sendable {
  /// A tool that the provider runs by itself, and bills.
  package struct HostedTool: Hashable, Sendable {
    /// Without the date or stage of its version: `web_search`.
    package var name: String
    /// Nil: the request sets no bound.
    package var maxUses: Int64?
  }

  package enum CacheUse: Sendable { case none, minutes, hour }

  /// Whether it holds what only the model's context bounds: pictures, files, stored conversations.
  package internal(set) var fillsContext = false
  /// A field that has no bound at all.
  package internal(set) var unboundedField: String?
  package internal(set) var hostedTools: [HostedTool] = []
  /// What it asks the provider to keep of its prompt.
  package internal(set) var cacheUse = CacheUse.none

  init() {}

  /// Of a body that ``ObjectScanner`` has accepted.
  package init(_ body: Span<UInt8>) {
    self = body.withUnsafeBufferPointer { bytes in
      var reader = ContentReader(bytes)
      reader.read()
      return reader.content
    }
  }
}
