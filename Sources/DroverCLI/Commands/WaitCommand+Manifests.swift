import DroverCore
import DroverManifests

extension WaitCommand {
  /// One target for each object of the manifests; manifests with errors are not worth waiting for.
  static func targets(of tree: ManifestTree, _ goals: [WaitGoal]) throws(CLIError) -> [WaitTarget] {
    let errors = tree.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw CLIError(
        "the manifests have errors; the server cannot accept them\n"
          + errors.map { TerminalText.escaped($0.description) }.joined(separator: "\n"))
    }
    return tree.fleet.objects.compactMap { object in
      object.resource.map { resource in
        WaitTarget(
          identity: object.identity, goals: goals,
          document: WaitTarget.Document(specHash: resource.specHash, sha256: resource.source.sha256))
      }
    }
  }
}
