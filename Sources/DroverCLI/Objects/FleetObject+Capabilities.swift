import DroverCore

extension FleetObject {
  /// What a model can do, by name and source.
  var capabilities: [(name: String, source: String)] {
    (value[path: ["status", "capabilities"]]?.list ?? []).compactMap { element in
      element.value["name"]?.string.map { ($0, element.value["source"]?.string ?? "") }
    }
  }

  /// `chat_completion, vision (Metadata); json_mode (Declared)`, in the order in which the sources first occur.
  var capabilitiesBySource: String? {
    var sources: [String] = []
    for (_, source) in capabilities where !sources.contains(source) { sources.append(source) }
    return sources.map { source in
      let names = capabilities.filter { $0.source == source }.map(\.name).joined(separator: ", ")
      return source.isEmpty ? names : "\(names) (\(source))"
    }.joined(separator: "; ")
  }
}
