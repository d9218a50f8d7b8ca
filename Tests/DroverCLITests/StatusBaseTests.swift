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

  @Test func `what is held against the manifests is in force in the comparison too, until they change it`() async throws
  {
    try await withFolder { folder in
      let status = folder + "/status"
      try Directory.create(status)
      let model =
        before + """
          ---
          apiVersion: drover.dev/v1alpha1
          kind: Model
          metadata: {name: m}
          spec: {provider: remote, displayName: Own, idleUnloadAfter: 1h}

          """
      let held = Override(
        object: Identity(.model, "m"), field: "spec.idleUnloadAfter", value: .duration(.seconds(60)), actor: "socket:7",
        reason: "busy", createdAt: Timestamp(milliseconds: 0), expiresAt: Timestamp(milliseconds: 4_000_000_000_000),
        basis: "")
      for (index, object) in try await statusObjects(of: model, folder, held: held).enumerated() {
        try AtomicFile.write(status + "/\(index).yaml", Array(object.json.utf8), durability: .none)
      }
      let session = try Session()
      try AtomicFile.write(folder + "/a.yaml", Array(model.utf8), durability: .none)
      let same = await session.transcript(["diff", "-f", folder + "/a.yaml", "--status", status])
      #expect(same.contains("No changes.") && !same.contains("exit "), "\(same)")
      #expect(
        same.contains("spec.idleUnloadAfter is held at 1m until 2096-10-02T07:06:40Z by socket:7: busy"), "\(same)")
      let edited = model.replacing("1h", with: "2h")
      try AtomicFile.write(folder + "/a.yaml", Array(edited.utf8), durability: .none)
      let changed = await session.transcript(["diff", "-f", folder + "/a.yaml", "--status", status])
      #expect(changed.contains("busy; this ends it") && changed.contains("idleUnloadAfter: 2h"), "\(changed)")
      _ = try ChildOutput.run(["rm", "-rf", status])
    }
  }

  @Test func `waits for a single file whose provider is in another`() async throws {
    try await withFolder { folder in
      let provider = before.replacing("baseURL:", with: "modelDefaults: {idleUnloadAfter: 1h}, baseURL:")
      let model = """
        apiVersion: drover.dev/v1alpha1
        kind: Model
        metadata: {name: m}
        spec: {provider: remote, displayName: Own}

        """
      let session = try Session()
      session.fleet.objects = try await statusObjects(of: provider + "---\n" + model, folder)
      try AtomicFile.write(folder + "/m.yaml", Array(model.utf8), durability: .none)
      #expect(await session.run("wait", "-f", folder + "/m.yaml", "--timeout", "0s") == 0, "\(session.errors)")
      #expect(session.output == "model/m condition met\n")
      // Another spec is not there yet; one that the server cannot accept is not waited for.
      try AtomicFile.write(folder + "/m.yaml", Array(model.replacing("Own", with: "New").utf8), durability: .none)
      #expect(await session.run("wait", "-f", folder + "/m.yaml", "--timeout", "0s") == 1)
      #expect(session.errors.contains("the server to accept this document of model/m"), "\(session.errors)")
      try AtomicFile.write(folder + "/m.yaml", Array(model.replacing("remote", with: "none").utf8), durability: .none)
      #expect(await session.run("wait", "-f", folder + "/m.yaml") == 1)
      #expect(session.errors.contains("no provider is named 'none'"), "\(session.errors)")
    }
  }

  /// The provider as a converged droverd shows it.
  private func statusObject(of text: String, _ folder: String) async throws -> FieldValue {
    try #require(try await statusObjects(of: text, folder).first)
  }

  /// The objects of a text as a converged droverd shows them, with what is held against them.
  private func statusObjects(of text: String, _ folder: String, held: Override? = nil) async throws -> [FieldValue] {
    let tree = await ManifestTree.load(
      [ManifestTree.Input(root: folder, path: "a.yaml", bytes: Array(text.utf8))], now: Timestamp(milliseconds: 0))
    let fleet = held.map { tree.fleet.overridden(by: [$0]) } ?? tree.fleet
    return try fleet.objects.map { object in
      var own = held.flatMap { $0.object == object.identity ? $0 : nil }
      if let held = own, let written = tree.fleet[held.object]?.resource?.written {
        own?.basis = Override.basis(of: held.field, in: written)
      }
      return status(of: try #require(object.resource), folder, held: own)
    }
  }

  private func status(of resource: Resource, _ folder: String, held: Override?) -> FieldValue {
    let condition = FieldValue.object([
      "type": .string("Ready"), "status": .string("True"), "reason": .string("ReconciliationSucceeded"),
      "message": .string(""), "observedGeneration": .integer(1), "lastTransitionTime": .string("2026-11-20T09:12:04Z"),
    ])
    let override = held.map { held in
      FieldValue.object([
        "field": .string(held.field), "value": held.value, "actor": .string(held.actor),
        "reason": .string(held.reason), "manifest": try? JSONReader.read(held.basis),
        "expiresAt": .string(held.expiresAt.description),
      ])
    }
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string(resource.identity.kind.rawValue),
      "metadata": .object([
        "name": .string(resource.identity.name), "generation": .integer(1),
        "creationTimestamp": .string("2026-11-20T09:12:04Z"),
      ]),
      "source": .object([
        "root": .string(folder), "path": .string("a.yaml"), "document": .integer(Int64(resource.source.document)),
        "line": .integer(Int64(resource.source.line)), "sha256": .string(resource.source.sha256),
      ]),
      "spec": resource.spec,
      "status": .object([
        "observedGeneration": .integer(1), "specHash": .string(resource.specHash),
        "reloadHash": .string(resource.reloadHash), "reachable": .string("True"), "conditions": .array([condition]),
        "overrides": override.map { .array([$0]) },
      ]),
    ])
  }
}
