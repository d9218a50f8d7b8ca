package import DroverCore
import DroverYAML

/// The host's policy file, `host.yaml`.
package struct HostPolicyDocument: Sendable {
  /// Nil when there is any error.
  package var policy: HostPolicy?
  /// Sorted.
  package var diagnostics: [Diagnostic]

  /// Reads a policy; `file` is its path as diagnostics print it, and relative paths of folders and secrets start at its
  /// folder. `node` is the name of this host where the file names none.
  package static func read(_ bytes: [UInt8], file: String, node: String) -> HostPolicyDocument {
    let parsed = YAMLParser.parse(bytes)
    var reader = HostPolicyReader(file: file)
    for error in parsed.errors { reader.refuse(.syntaxError, error.mark, error.message) }
    let roots = parsed.documents.compactMap(\.root)
    if parsed.errors.isEmpty {
      if roots.count > 1 { reader.refuse(.invalidValue, roots[1].mark, "must be the only document of the file") }
      if let root = roots.first {
        let policy = reader.read(root, node: node)
        return HostPolicyDocument(
          policy: reader.diagnostics.isEmpty ? policy : nil, diagnostics: reader.diagnostics.sorted())
      }
      reader.refuse(.missingField, YAMLMark(line: 1, column: 1), "the host policy is empty")
    }
    return HostPolicyDocument(policy: nil, diagnostics: reader.diagnostics.sorted())
  }
}

extension HostPolicy {
  /// What holds on a host without a policy file: loopback and the public hosts of OpenAI and Anthropic, `llama-server`
  /// from the PATH, `models` in the working folder, and the customary variables, each sent to its own provider only.
  package static func firstRun(node: String, environment: [String: String] = [:]) -> HostPolicy {
    let isAnthropic = environment["CLAUDE_API_KEY"] == nil && environment["ANTHROPIC_API_KEY"] != nil
    return HostPolicy(
      runtimes: [Runtime(name: "llama-server", path: "llama-server")], modelDirectories: ["models"],
      secrets: [
        Secret(name: "openai", place: .environment("OPENAI_API_KEY"), hosts: ["api.openai.com"]),
        Secret(
          name: "claude", place: .environment(isAnthropic ? "ANTHROPIC_API_KEY" : "CLAUDE_API_KEY"),
          hosts: ["api.anthropic.com"]),
      ], networks: [], publicHosts: ["api.openai.com", "api.anthropic.com"], node: node, source: nil)
  }
}

private struct HostPolicyReader {
  let file: String
  var diagnostics: [Diagnostic] = []

  private static let fields: [Field] = [
    Field("apiVersion", .enumeration([manifestVersion]), "Version of the format.", required: true),
    Field("kind", .enumeration(["HostPolicy"]), "What this is.", required: true),
    Field("metadata", .free, "A name, for people."),
    Field(
      "runtimes",
      .map(
        .object([
          Field("path", .string(.nonEmpty), "Absolute path of a llama-server.", required: true),
          Field("flags", .list(.string(.flag)), "Flags that manifests may pass."),
          Field(
            "quantize", .string(.nonEmpty),
            "Absolute path of the llama-quantize of the same build; absent: the one beside it, else of the PATH."),
        ])), "Runtimes by name."),
    Field("modelDirectories", .list(.string(.nonEmpty)), "Folders that model files may lie in."),
    Field(
      "secrets",
      .map(
        .object([
          Field("env", .string(.nonEmpty), "Environment variable that holds it."),
          Field("file", .string(.nonEmpty), "File that holds it."),
          Field("hosts", .list(.string(.nonEmpty)), "Hosts that it may be sent to."),
        ])), "Secrets by name."),
    Field(
      "tokens",
      .map(
        .object([
          Field("sha256", .string(.sha256), "Digest of the token."),
          Field("env", .string(.nonEmpty), "Environment variable that holds it."),
          Field("file", .string(.nonEmpty), "File that holds it."),
          Field("scopes", .list(.enumeration(["Read", "Write"])), "What it is good for; absent: Read."),
        ])), "Bearer tokens of the control API, by name."),
    Field("networks", .list(.string(.nonEmpty)), "Private networks that may be called."),
    Field("publicHosts", .list(.string(.nonEmpty)), "Public hosts that may be called; absent: any."),
    Field("node", .string(.nonEmpty), "Name of this host."),
  ]

  init(file: String) { self.file = file }

  mutating func refuse(_ code: Diagnostic.Code, _ mark: YAMLMark, field: String = "", _ message: String) {
    diagnostics.append(
      Diagnostic(.error, code, file: file, line: Int(mark.line), column: Int(mark.column), field: field, message))
  }

  mutating func read(_ root: YAMLNode, node: String) -> HostPolicy {
    var decoder = FieldDecoder(isTimeZone: { _ in true })
    let value = decoder.object(root, HostPolicyReader.fields) ?? .emptyMap
    for finding in decoder.findings { refuse(finding.code, finding.mark, field: finding.field, finding.message) }
    for network in value["networks"]?.list ?? [] where network.value.string.flatMap(IPNetwork.init) == nil {
      refuse(
        .invalidValue, YAMLMark(line: network.mark.line, column: network.mark.column), field: "networks",
        "must be a network such as 10.0.0.0/8, not '\(network.value.string ?? "")'")
    }
    return HostPolicy(
      runtimes: (value["runtimes"]?.map ?? []).map { runtime($0) },
      modelDirectories: value["modelDirectories"]?.stringList.map { located($0) } ?? [],
      secrets: (value["secrets"]?.map ?? []).compactMap { secret($0) },
      networks: value["networks"]?.stringList ?? [],
      publicHosts: value["publicHosts"].map { $0.stringList.map { $0.lowercased() } },
      node: value["node"]?.string ?? node, source: file,
      tokens: (value["tokens"]?.map ?? []).compactMap { token($0) })
  }

  /// A program is named by where it is, whatever folder droverd runs in and whatever its PATH holds.
  private mutating func runtime(_ entry: FieldEntry) -> HostPolicy.Runtime {
    let path = entry.value["path"]?.string ?? ""
    if !path.isEmpty, !path.hasPrefix("/") {
      let mark = entry.value.entry("path")?.mark ?? entry.mark
      refuse(
        .invalidValue, YAMLMark(line: mark.line, column: mark.column), field: "runtimes.\(entry.key).path",
        "must be an absolute path such as /usr/bin/llama-server, not '\(path)'")
    }
    let quantize = entry.value["quantize"]?.string
    if let quantize, !quantize.hasPrefix("/") {
      let mark = entry.value.entry("quantize")?.mark ?? entry.mark
      refuse(
        .invalidValue, YAMLMark(line: mark.line, column: mark.column), field: "runtimes.\(entry.key).quantize",
        "must be an absolute path such as /usr/bin/llama-quantize, not '\(quantize)'")
    }
    return HostPolicy.Runtime(
      name: entry.key, path: path, flags: entry.value["flags"]?.stringList ?? [], quantizePath: quantize)
  }

  private mutating func secret(_ entry: FieldEntry) -> HostPolicy.Secret? {
    let hosts = (entry.value["hosts"]?.stringList ?? []).map { $0.lowercased() }
    switch (entry.value["env"]?.string, entry.value["file"]?.string) {
    case (let name?, nil): return HostPolicy.Secret(name: entry.key, place: .environment(name), hosts: hosts)
    case (nil, let path?): return HostPolicy.Secret(name: entry.key, place: .file(located(path)), hosts: hosts)
    case (let env, _):
      refuse(
        .invalidValue, YAMLMark(line: entry.mark.line, column: entry.mark.column), field: "secrets." + entry.key,
        env == nil ? "must have env or file" : "must have only one of env and file")
      return nil
    }
  }

  private mutating func token(_ entry: FieldEntry) -> HostPolicy.Token? {
    let sources = [
      entry.value["sha256"]?.string.map { HostPolicy.Token.Source.sha256($0.lowercased()) },
      entry.value["env"]?.string.map { .environment($0) }, entry.value["file"]?.string.map { .file(located($0)) },
    ].compactMap { $0 }
    guard sources.count == 1 else {
      refuse(
        .invalidValue, YAMLMark(line: entry.mark.line, column: entry.mark.column), field: "tokens." + entry.key,
        "must have one of sha256, env and file")
      return nil
    }
    return HostPolicy.Token(
      name: entry.key, source: sources[0], scopes: entry.value["scopes"]?.stringList ?? ["Read"])
  }

  /// A relative path starts at the folder of the policy.
  private func located(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }
}
