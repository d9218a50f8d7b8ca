import DroverCore
import DroverManifests
import DroverSystem

extension GetCommand {
  /// Reads the manifests again from where the server says it read them, since marks stay behind when a spec is accepted.
  func printOrigins(
    _ query: ObjectQuery, _ format: OutputFormat, _ client: FleetClient, _ console: Console
  ) async throws -> Int32 {
    guard case .yaml = format, !watch else { throw CLIError("--show-origin needs -o yaml, and no --watch") }
    var trees: [String: ManifestTree] = [:]
    var isFirst = true
    for object in try query.fetch(from: client) {
      guard let identity = object.identity, let root = object.text("source", "root"),
        let path = object.text("source", "path")
      else { throw CLIError("\(object.reference) comes from no manifest; --show-origin has nothing to show") }
      if trees[root] == nil { trees[root] = try await GetCommand.tree(root, console) }
      guard let tree = trees[root], let resource = tree.fleet[identity]?.resource,
        resource.source.sha256 == object.text("source", "sha256")
      else {
        throw CLIError("\(root)/\(path) is not what the server has read; wait until it has, or run this on its machine")
      }
      var files: [FieldMark.Layer: String] = [.manifest: resource.source.path]
      files[.fleetDefaults] = tree.fleet.objects.first { $0.identity.kind == .fleet }?.source?.path
      if let provider = resource.spec["provider"]?.string {
        files[.providerDefaults] = tree.fleet[Identity(.provider, provider)]?.source?.path
      }
      let head =
        "apiVersion: \(manifestVersion)\nkind: \(identity.kind.rawValue)\nmetadata:\n  name: \(identity.name)\n"
      let spec = OriginText(files: files).render(resource.spec, indent: 2)
      console.write((isFirst ? "" : "---\n") + head + "spec:\n" + spec)
      isFirst = false
    }
    return 0
  }

  private static func tree(_ root: String, _ console: Console) async throws(CLIError) -> ManifestTree {
    do {
      return try await ManifestInput(paths: [root], in: console).load(console)
    } catch {
      throw CLIError("\(root) cannot be read here; --show-origin runs on the machine of droverd")
    }
  }
}
