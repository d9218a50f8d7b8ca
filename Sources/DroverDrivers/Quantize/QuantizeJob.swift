/// One file to be made: from what, to what, by which tool.
struct QuantizeJob: Hashable, Sendable {
  var source: ModelFile
  /// A word of the tool, `Q4_K_M`.
  var type: String
  var tool: ModelFile
}

/// Where a job stands.
enum QuantizeProgress: Hashable, Sendable {
  case waiting
  /// The digest of the source is being read: it names the result.
  case hashing
  /// In whole percent of the tensors.
  case running(percent: Int)
  case done(path: String)
  /// In one sentence.
  case failed(String)
}
