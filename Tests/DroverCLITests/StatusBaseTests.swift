import DroverCLI
import DroverCore
import DroverManifests
import DroverSystem
import Testing

private let before = """
  apiVersion: drover.dev/v1alpha1
  kind: Provider
  metadata: {name: remote}
  spec: {type: custom, baseURL: "http://127.0.0.1:9/v1"}

  """

@Suite struct StatusBaseTests {
  @Test func `compares with status files and with saved objects`() async throws {
    try await withFolder { folder in
      let status = folder + "/status"
      try Directory.create(status + "/providers")
      let object = try await statusObject(of: before, folder)
      try AtomicFile.write(
        status + "/providers/remote.yaml", Array(object.json.utf8), durability: .none)
      let list = FieldValue.object(["kind": .string("List"), "items": .array([object])])
      try AtomicFile.write(status + "/saved.json", Array(list.json.utf8), durability: .none)
      try AtomicFile.write(folder + "/a.yaml", Array(before.utf8), durability: .none)
      let session = try Session()
      let edited = before.replacing(":9/", with: ":10/")
      for base in [["--status", status + "/providers"], ["--snapshot", status + "/saved.json"]] {
        try AtomicFile.write(folder + "/a.yaml", Array(before.utf8), durability: .none)
        let same = await session.transcript(["diff", "-f", folder + "/a.yaml"] + base)
        #expect(same.contains("No changes."), "\(same)")
        try AtomicFile.write(folder + "/a.yaml", Array(edited.utf8), durability: .none)
        let changed = await session.transcript(["diff", "-f", folder + "/a.yaml"] + base)
        #expect(changed.contains("baseURL: http://127.0.0.1:10/v1"), "\(changed)")
        #expect(changed.hasSuffix("exit 1\n"), "\(changed)")
        // What another file holds is not gone.
        let other = before.replacing("name: remote", with: "name: second")
        try AtomicFile.write(folder + "/a.yaml", Array(other.utf8), durability: .none)
        let partial = await session.transcript(["diff", "-f", folder + "/a.yaml"] + base)
        #expect(partial.contains("provider/second") && !partial.contains("provider/remote"), "\(partial)")
        #expect(partial.contains("\ncomparing \(folder)/a.yaml alone; the rest of the fleet is left as it is\n"))
        let whole = await session.transcript(["diff", "-f", folder] + base)
        #expect(whole.contains("provider/remote"), "\(whole)")
      }
      _ = try ChildOutput.run(["rm", "-rf", status])
    }
  }

  /// The provider as a converged droverd shows it.
  private func statusObject(of text: String, _ folder: String) async throws -> FieldValue {
    let tree = await ManifestTree.load(
      [ManifestTree.Input(root: folder, path: "a.yaml", bytes: Array(text.utf8))], now: Timestamp(milliseconds: 0))
    let resource = try #require(tree.fleet.objects.first?.resource)
    let condition = FieldValue.object([
      "type": .string("Ready"), "status": .string("True"), "reason": .string("ReconciliationSucceeded"),
      "message": .string(""), "observedGeneration": .integer(1), "lastTransitionTime": .string("2026-11-20T09:12:04Z"),
    ])
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string("Provider"),
      "metadata": .object([
        "name": .string("remote"), "generation": .integer(1), "creationTimestamp": .string("2026-11-20T09:12:04Z"),
      ]),
      "source": .object([
        "root": .string(folder), "path": .string("a.yaml"), "document": .integer(0), "line": .integer(1),
        "sha256": .string(resource.source.sha256),
      ]),
      "spec": resource.spec,
      "status": .object([
        "observedGeneration": .integer(1), "specHash": .string(resource.specHash),
        "reloadHash": .string(resource.reloadHash), "reachable": .string("True"), "conditions": .array([condition]),
      ]),
    ])
  }
}
