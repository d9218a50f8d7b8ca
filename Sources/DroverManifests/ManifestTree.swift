package import DroverCore

/// A set of manifests read at once, for the command line.
package struct ManifestTree: Sendable {
  package var scan: ManifestScan
  package var fleet: DesiredFleet
  package var counts: Counts

  /// The figures of the last line of `validate`.
  package struct Counts: Equatable, Sendable, Codable {
    package var files = 0
    /// Documents that are not empty.
    package var documents = 0
    package var valid = 0
    package var invalid = 0
    package var errors = 0
    package var warnings = 0

    package init() {}
  }

  /// A file of the tree, its bytes read already.
  package struct Input: Sendable {
    package var root: String
    package var path: String
    package var display: String
    package var bytes: [UInt8]

    package init(root: String, path: String, display: String? = nil, bytes: [UInt8]) {
      self.root = root
      self.path = path
      self.display = display ?? path
      self.bytes = bytes
    }
  }

  /// Every diagnostic, sorted.
  package var diagnostics: [Diagnostic] { fleet.diagnostics }

  /// Decodes `inputs` on all cores and folds them over `previous`. `unreadable` are files that could not be read. When
  /// the set is not complete, nothing that it leaves out is absent.
  package static func load(
    _ inputs: [Input], unreadable: [ManifestFile] = [], roots: [RootState] = [], isComplete: Bool = true,
    previous: DesiredFleet = DesiredFleet(), policy: HostPolicy? = nil, now: Timestamp,
    decoder: ManifestDecoder = ManifestDecoder()
  ) async -> ManifestTree {
    let scan = ManifestScan(files: await decode(inputs, decoder) + unreadable, roots: roots, isComplete: isComplete)
    let fleet = DesiredFold.fold(previous: previous, scan: scan, policy: policy, now: now)
    return ManifestTree(scan: scan, fleet: fleet, counts: Counts(scan, fleet))
  }

  /// In the order of `inputs`. A chunk is large enough that starting a task for it costs nothing beside it.
  private static func decode(_ inputs: [Input], _ decoder: ManifestDecoder) async -> [ManifestFile] {
    let chunk = 64
    guard inputs.count > chunk else { return inputs.map { decoder.decode($0) } }
    return await withTaskGroup(of: (Int, [ManifestFile]).self) { group in
      for start in stride(from: 0, to: inputs.count, by: chunk) {
        let part = inputs[start..<min(start + chunk, inputs.count)]
        group.addTask { (start, part.map { decoder.decode($0) }) }
      }
      var parts: [(Int, [ManifestFile])] = []
      for await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }
}

extension ManifestDecoder {
  fileprivate func decode(_ input: ManifestTree.Input) -> ManifestFile {
    decode(input.bytes, root: input.root, path: input.path, display: input.display)
  }
}

extension ManifestTree.Counts {
  /// A document is invalid when it was refused for an error of its own, or could not be read.
  package init(_ scan: ManifestScan, _ fleet: DesiredFleet) {
    files = scan.files.count
    for diagnostic in fleet.diagnostics {
      if diagnostic.severity == .error { errors += 1 } else { warnings += 1 }
    }
    for file in scan.files {
      documents += file.documents.count + file.failures.count
      invalid += file.failures.count
      for document in file.documents {
        let newest = document.identity.flatMap { fleet[$0]?.newest }
        switch newest {
        case .accepted, .refused(.heldBack, _): valid += 1
        default: invalid += 1
        }
      }
    }
  }
}
