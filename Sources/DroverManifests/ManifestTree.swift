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
  /// the set is not complete, nothing that it leaves out is absent. What `twin`, another state of the same tree, has
  /// decoded already is taken from there.
  package static func load(
    _ inputs: [Input], unreadable: [ManifestFile] = [], roots: [RootState] = [], isComplete: Bool = true,
    previous: DesiredFleet = DesiredFleet(), twin: ManifestScan? = nil, policy: HostPolicy? = nil, now: Timestamp,
    decoder: ManifestDecoder = ManifestDecoder()
  ) async -> ManifestTree {
    let known = KnownFiles(twin?.files ?? [])
    let files = await inputs.concurrentMap { input in
      let digest = Digest.sha256(input.bytes)
      return known.file(sha256: digest, at: input)
        ?? decoder.decode(input.bytes, root: input.root, path: input.path, display: input.display, sha256: digest)
    }
    // What was registered through the API stays beside any tree that does not declare it.
    let registered = previous.objects.compactMap(RegisteredModel.init(standing:))
    let adopted = Adoption.adopted(registered, by: files, defaultProvider: previous.fleetSpec.defaultProvider)
    let kept = registered.filter { !adopted.contains($0.name) }.map { model in
      decoder.decode(Array(model.document.json.utf8), root: RegisteredModel.root, path: model.place.path)
    }
    let scan = ManifestScan(files: files + kept + unreadable, roots: roots, isComplete: isComplete)
    let fleet = await DesiredFold.foldOnAllCores(previous: previous, scan: scan, policy: policy, now: now)
    return ManifestTree(scan: scan, fleet: fleet, counts: Counts(scan, fleet))
  }
}

extension ManifestTree.Counts {
  /// A document is invalid when it was refused for an error of its own, or could not be read.
  package init(_ scan: ManifestScan, _ fleet: DesiredFleet) {
    // By index: copying what stands there costs more than counting it.
    files = scan.files.count
    errors = fleet.diagnostics.indices.count { fleet.diagnostics[$0].severity == .error }
    warnings = fleet.diagnostics.count - errors
    for file in scan.files.indices {
      documents += scan.files[file].documents.count + scan.files[file].failures.count
      invalid += scan.files[file].failures.count
      for document in scan.files[file].documents.indices {
        guard let index = scan.files[file].documents[document].identity.flatMap({ fleet.index(of: $0) }) else {
          invalid += 1
          continue
        }
        switch fleet.objects[index].newest {
        case .accepted, .refused(.heldBack, _): valid += 1
        default: invalid += 1
        }
      }
    }
  }
}
