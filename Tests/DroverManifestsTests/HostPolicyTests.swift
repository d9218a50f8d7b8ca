import DroverCore
import DroverManifests
import Testing

@Suite struct HostPolicyTests {
  private func read(_ text: String) -> HostPolicyDocument {
    HostPolicyDocument.read(Array(text.utf8), file: "/etc/drover/host.yaml", node: "here")
  }

  @Test func `a whole policy is read`() {
    let document = read(
      """
      apiVersion: drover.dev/v1alpha1
      kind: HostPolicy
      node: gpu-1
      runtimes:
        llama-server: {path: /opt/llama/llama-server, flags: [--threads, -fa]}
      modelDirectories: [/srv/models, models]
      secrets:
        openai: {env: OPENAI_API_KEY, hosts: [API.openai.com]}
        hook: {file: secrets/hook}
      networks: [10.0.0.0/8, "fd00::/8"]
      publicHosts: [api.openai.com]
      """)
    #expect(document.diagnostics == [])
    #expect(
      document.policy
        == HostPolicy(
          runtimes: [
            .init(name: "llama-server", path: "/opt/llama/llama-server", flags: ["--threads", "-fa"])
          ], modelDirectories: ["/srv/models", "/etc/drover/models"],
          secrets: [
            .init(name: "openai", place: .environment("OPENAI_API_KEY"), hosts: ["api.openai.com"]),
            .init(name: "hook", place: .file("/etc/drover/secrets/hook"), hosts: []),
          ], networks: ["10.0.0.0/8", "fd00::/8"], publicHosts: ["api.openai.com"], node: "gpu-1",
          source: "/etc/drover/host.yaml"))
  }

  @Test(arguments: [
    (
      "kind: HostPolicy\nnetwork: []",
      [
        "/etc/drover/host.yaml:1:1: error: apiVersion: must be set, to 'drover.dev/v1alpha1' [MissingField]",
        "/etc/drover/host.yaml:2:1: error: network: unknown field; did you mean 'networks'? [UnknownField]",
      ]
    ),
    (
      "apiVersion: drover.dev/v1alpha1\nkind: HostPolicy\nnetworks: [10.0.0.1]\nsecrets: {a: {}}",
      [
        "/etc/drover/host.yaml:3:12: error: networks: must be a network such as 10.0.0.0/8, not '10.0.0.1' "
          + "[InvalidValue]",
        "/etc/drover/host.yaml:4:11: error: secrets.a: must have env or file [InvalidValue]",
      ]
    ),
    (
      "apiVersion: drover.dev/v1alpha1\nkind: HostPolicy\nruntimes:\n  a: {path: bin/llama-server}\n"
        + "  b:\n    path: llama-server\n  c: {path: ./x}\n",
      [
        "/etc/drover/host.yaml:4:13: error: runtimes.a.path: must be an absolute path such as /usr/bin/llama-server, "
          + "not 'bin/llama-server' [InvalidValue]",
        "/etc/drover/host.yaml:6:11: error: runtimes.b.path: must be an absolute path such as /usr/bin/llama-server, "
          + "not 'llama-server' [InvalidValue]",
        "/etc/drover/host.yaml:7:13: error: runtimes.c.path: must be an absolute path such as /usr/bin/llama-server, "
          + "not './x' [InvalidValue]",
      ]
    ),
    ("", ["/etc/drover/host.yaml:1:1: error: the host policy is empty [MissingField]"]),
  ]) func `what is wrong is named`(_ text: String, _ expected: [String]) {
    let document = read(text)
    #expect(document.policy == nil)
    #expect(document.diagnostics.map(\.description) == expected)
  }

  @Test(arguments: [
    ("http://127.0.0.1:8080", true), ("http://localhost", true), ("http://[::1]:1", true), ("http://127.9.9.9", true),
    ("http://10.1.2.3", true), ("http://192.168.1.1", false), ("http://169.254.169.254/latest", false),
    ("http://[fd00::5]", true), ("http://[fe80::1]", false), ("http://0.0.0.0:80", false),
    ("http://2130706433", false), ("http://0x7f.1", false), ("http://127.1", false), ("http://[::ffff:10.0.0.1]", true),
    ("https://api.openai.com/v1", true), ("https://API.OpenAI.com", true), ("https://example.com", false),
    ("http://8.8.8.8", false), ("http://user@127.0.0.1", false),
  ]) func `an address is called only where the policy allows it`(_ url: String, _ isAllowed: Bool) {
    var policy = HostPolicy.firstRun(node: "here")
    policy.networks = ["10.0.0.0/8", "fd00::/8"]
    #expect((HostChecks.refusal(of: url, policy: policy) == nil) == isAllowed)
  }

  @Test func `what a manifest may not reach is refused with NotPermitted`() {
    var tree = Tree([
      "a.yaml": manifest("Provider", "llama", "{type: llama.cpp, managed: {runtime: llama-serve}}")
        + "---\n" + manifest("Provider", "far", "{type: custom, baseURL: \"http://192.168.0.9\"}")
        + "---\n" + manifest("Provider", "open", "{type: openai, secret: claude}")
        + "---\n" + manifest("Provider", "shop", "{type: openai, secret: opennai}"),
      "b.yaml": manifest("Provider", "good", "{type: llama.cpp}") + "---\n"
        + manifest("Model", "m", "{provider: good, llamaCpp: {file: m.gguf, flags: [--thread=4, --threads=4]}}"),
    ])
    var policy = HostPolicy.firstRun(node: "here")
    policy.runtimes[0].flags = ["--threads"]
    tree.policy = policy
    let fleet = tree.fold()
    #expect(
      fleet.errors == [
        "a.yaml:4:44: error: spec.managed.runtime: the host policy has no runtime 'llama-serve'; "
          + "did you mean 'llama-server'? [NotPermitted]",
        "a.yaml:9:31: error: spec.baseURL: '192.168.0.9' is a private address in none of the host policy's networks "
          + "[NotPermitted]",
        "a.yaml:14:30: error: spec.secret: secret 'claude' may not be sent to 'api.openai.com'; "
          + "add that host to the secret in the host policy [NotPermitted]",
        "a.yaml:19:30: error: spec.secret: the host policy has no secret 'opennai'; did you mean 'openai'? "
          + "[SecretNotFound]",
        "b.yaml:9:57: error: spec.llamaCpp.flags[0]: '--thread' is not among the flags that the host policy allows "
          + "for runtime 'llama-server'; did you mean '--threads'? [NotPermitted]",
      ])
    #expect(fleet.model("m")?.refusal == .notPermitted)
    tree.policy = nil
    #expect(tree.fold().errors == [])
  }

  @Test func `providers at their customary addresses may be called on a first run, and only where the policy says so`()
  {
    var tree = Tree([
      "a.yaml": ["openai", "claude", "ollama", "vllm"].map { manifest("Provider", $0, "{type: \($0)}") }
        .joined(separator: "---\n") + "---\n"
        + manifest("Provider", "proxy", "{type: claude, baseURL: \"http://[::1]:9\"}")
    ])
    var policy = HostPolicy.firstRun(node: "here")
    tree.policy = policy
    let fleet = tree.fold()
    #expect(fleet.errors == [])
    #expect(fleet.diagnostics.isEmpty)
    policy.publicHosts = ["api.openai.com"]
    tree.policy = policy
    let claude = tree.fold().errors
    #expect(claude.count == 1)
    #expect(claude.first?.contains("'api.anthropic.com' is not among the host policy's publicHosts") == true)
  }

  @Test(arguments: [
    ([:], "CLAUDE_API_KEY"), (["ANTHROPIC_API_KEY": "x"], "ANTHROPIC_API_KEY"),
    (["ANTHROPIC_API_KEY": "x", "CLAUDE_API_KEY": "y"], "CLAUDE_API_KEY"),
  ]) func `the customary variables are taken`(environment: [String: String], variable: String) {
    let policy = HostPolicy.firstRun(node: "here", environment: environment)
    #expect(policy.secrets.map(\.place) == [.environment("OPENAI_API_KEY"), .environment(variable)])
  }

  @Test func `a sentence leaves the severity to its printer`() {
    #expect(
      read("kind: HostPolicy\n").diagnostics.map(\.sentence) == [
        "/etc/drover/host.yaml:1:1: apiVersion: must be set, to 'drover.dev/v1alpha1' [MissingField]"
      ])
  }
}
