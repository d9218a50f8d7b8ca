import DroverCore
import DroverRegistry
package import ServiceLifecycle

extension ControlAPI {
  /// Writing the registry to its file, and reading the manifests again.
  var savingRoutes: [Route] {
    let reload = Route(.post, Self.modelsPath + "/reload") { [control] call in
      let body = try await call.object(keys: ["path"])
      if let path = body["path"], !path.isNull {
        guard let text = path.string, !text.isEmpty else { throw APIError.invalid("'path' is no text") }
        try await Self.requireManifest(text, control)
      }
      let token = await control.requestReconcile(of: nil, actor: call.actor)
      return Reply(
        json: .object([
          "success": .bool(true), "message": .string("Reload requested"), "token": .string(token),
        ]))
    }
    guard let snapshots else { return [reload] }
    return [
      reload,
      Route(.post, Self.modelsPath + "/save-state") { [models] call in
        do throws(StoreError) {
          let path = try await snapshots.save(await models.export(), actor: call.actor)
          return Reply(
            json: .object([
              "success": .bool(true), "message": .string("State saved"), "path": .string(path),
            ]))
        } catch {
          throw APIError(code: .unavailable, message: error.message)
        }
      },
    ]
  }

  /// Writes the registry by itself, beside the servers; nil where it is written to no file.
  package var autosave: (any Service)? {
    guard let snapshots else { return nil }
    return Autosave(snapshots: snapshots, control: control, models: models, usage: usage?.statistics)
  }

  /// Only what is read anyway may be asked for: a manifest, or a folder of manifests.
  private static func requireManifest(_ path: String, _ control: any FleetControl) async throws(APIError) {
    let places = await control.objects(of: nil).compactMap { object -> (root: String, path: String)? in
      guard let source = object["source"], let root = source["root"]?.string, let path = source["path"]?.string,
        root != RegisteredModel.root
      else { return nil }
      return (root, path)
    }
    let isKnown = places.contains { place in
      path == place.root || path == place.path || path == place.root + "/" + place.path
    }
    guard isKnown else {
      throw APIError(
        code: .forbidden, message: "'\(path)' is no manifest that is read; name one below the manifests, or none at all"
      )
    }
  }
}

private struct Autosave: Service {
  let snapshots: SnapshotDesk
  let control: any FleetControl
  let models: ModelRegister
  let usage: (any UsageStatistics)?

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await snapshots.run(
        version: { [await control.version, usage?.changes(after: .max).version ?? 0] },
        export: { await models.export() })
    }
  }
}

extension ModelRegister {
  /// The whole registry, as it is exported.
  fileprivate func export() async -> [UInt8] {
    let entries = await registry().entries.map(\.entry)
    return Array((FieldValue.array(entries).prettyJSON() + "\n").utf8)
  }
}
