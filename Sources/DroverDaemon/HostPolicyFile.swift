import DroverCore
import DroverManifests
import DroverSystem

/// Finds the host's policy.
enum HostPolicyFile {
  /// The policy of `settings`, or the built-in one of a first run.
  static func load(_ settings: DaemonSettings) throws(DaemonError) -> HostPolicy {
    guard let path = settings.hostPolicyPath else { return builtIn(settings.environment) }
    for root in settings.roots {
      guard let real = try? realPath(root), let file = try? realPath(path), file.hasPrefix(real + "/") else { continue }
      throw DaemonError(
        "--host-policy \(path): lies in the manifests \(real), whose authors it binds; move it outside of them")
    }
    let contents = try daemonError { () throws(SystemError) in
      try FileReader.contents(of: path, maxBytes: 1 << 20)
    }
    guard contents.stat.mode & 0o077 == 0 else {
      throw DaemonError("\(path): others than its owner may read it; run 'chmod 600 \(path)'")
    }
    let document = HostPolicyDocument.read(contents.bytes, file: path, node: nodeName)
    guard var policy = document.policy else {
      let lines = document.diagnostics.map { "\($0.place): \($0.field.isEmpty ? "" : $0.field + ": ")\($0.message)" }
        .joined(separator: "\nerror: ")
      throw DaemonError(lines.isEmpty ? "\(path): holds no host policy" : lines)
    }
    policy.source = path
    return policy
  }

  /// Loopback and the public hosts of OpenAI and Anthropic, `llama-server` from the PATH, `./models`, and each of the
  /// well-known variables sent only to its own provider.
  static func builtIn(_ environment: [String: String]) -> HostPolicy {
    var policy = HostPolicy.firstRun(node: nodeName, environment: environment)
    policy.modelDirectories = [(try? realPath("models")) ?? "models"]
    return policy
  }

  /// The host's name, as far as the first dot.
  static var nodeName: String {
    let bytes = (try? FileReader.read("/proc/sys/kernel/hostname", maxBytes: 256)) ?? Array("local".utf8)
    let name = String(decoding: bytes, as: UTF8.self).prefix { $0 != "." && $0 != "\n" }
    return name.isEmpty ? "local" : String(name)
  }
}
