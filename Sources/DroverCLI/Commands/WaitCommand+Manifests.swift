import DroverCore
import DroverManifests

extension WaitCommand {
  /// One target for each object of single files. What they refer to, and what they inherit, may lie in others: it is as
  /// the server has it.
  static func targets(
    of files: ManifestInput, _ client: FleetClient, _ goals: [WaitGoal], _ console: Console
  ) async throws(CLIError) -> [WaitTarget] {
    let objects = try client.objects()
    if objects.isEmpty { try client.requireFirstScan() }
    let present = StatusDocument.snapshot(of: objects.map(\.value), now: console.now()).desired
    var input = files
    // The same file in both is the same file.
    if let root = present.roots.first?.path { input.move(to: root) }
    let own = Set(await files.load(console).scan.files.flatMap { $0.documents.compactMap(\.identity) })
    return try targets(of: await input.load(console, previous: present, isComplete: false), goals) { own.contains($0) }
  }

  /// One target for each object of the manifests that `isMeant`; manifests with errors are not worth waiting for.
  static func targets(
    of tree: ManifestTree, _ goals: [WaitGoal], isMeant: (Identity) -> Bool = { _ in true }
  ) throws(CLIError) -> [WaitTarget] {
    let errors = tree.diagnostics.filter { $0.severity == .error && $0.identity.map(isMeant) ?? true }
    guard errors.isEmpty else {
      throw CLIError(
        "the manifests have errors; the server cannot accept them\n"
          + errors.map { TerminalText.escaped($0.description) }.joined(separator: "\n"))
    }
    return tree.fleet.objects.compactMap { object in
      object.resource.flatMap { resource in
        guard isMeant(object.identity) else { return nil }
        return WaitTarget(
          identity: object.identity, goals: goals,
          document: WaitTarget.Document(specHash: resource.specHash, sha256: resource.source.sha256))
      }
    }
  }
}
