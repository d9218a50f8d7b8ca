import DroverCore
import DroverManifests
import Testing

/// One manifest and what is printed about it.
struct Case: CustomTestStringConvertible, Sendable {
  var text: String
  var expected: [String]

  init(_ text: String, _ expected: String...) {
    self.text = text
    self.expected = expected
  }

  var testDescription: String { expected.first ?? text }
}

@Suite struct DecodingTests {
  private static func fleet(_ spec: String) -> String { manifest("Fleet", "fleet", spec) }

  @Test(arguments: [
    Case(
      fleet("{resyncInterval: soon}"),
      "a.yaml:4:24: error: spec.resyncInterval: must be a duration such as 30s, not 'soon' [InvalidType]"),
    Case(
      fleet("{resyncInterval: 30}"),
      "a.yaml:4:24: error: spec.resyncInterval: must be a duration such as 30s, not a bare number; write 30s "
        + "[InvalidType]"),
    Case(
      fleet("{resyncInterval: 10ms}"),
      "a.yaml:4:24: error: spec.resyncInterval: must be at least 1s, not 10ms [InvalidValue]"),
    Case(
      fleet("{prune: {maxPercent: 150}}"),
      "a.yaml:4:28: error: spec.prune.maxPercent: must be an integer from 0 to 100, not 150 [InvalidValue]"),
    Case(
      fleet("{prune: {maxPercent: \"50\"}}"),
      "a.yaml:4:28: error: spec.prune.maxPercent: must be an integer from 0 to 100, not '50'; remove the quotes "
        + "[InvalidType]"),
    Case(
      fleet("{prune: {maxPercent: 4.0}}"),
      "a.yaml:4:28: error: spec.prune.maxPercent: must be an integer from 0 to 100, not the number 4.0 [InvalidType]"),
    Case(
      fleet("{prune: {allowEmpty: yes}}"),
      "a.yaml:4:28: error: spec.prune.allowEmpty: must be true or false, not 'yes'; write true [InvalidType]"),
    Case(
      fleet("{prune: 5}"), "a.yaml:4:15: error: spec.prune: must be a map of fields, not the number 5 [InvalidType]"),
    Case(
      fleet("{prun: {maxPercent: 5}}"),
      "a.yaml:4:8: error: spec.prun: unknown field; did you mean 'prune'? [UnknownField]"),
    Case(
      fleet("{prune: {wibble: 5}}"),
      "a.yaml:4:16: error: spec.prune.wibble: unknown field; known here: maxPercent, allowEmpty [UnknownField]"),
    Case(
      fleet("{onShutdown: keep}"),
      "a.yaml:4:20: error: spec.onShutdown: must be 'Keep' or 'Stop', not 'keep'; did you mean 'Keep'? [InvalidValue]"),
    Case(
      fleet("{timeZone: Berlin}"),
      "a.yaml:4:18: error: spec.timeZone: must be a time zone such as Europe/Berlin, not 'Berlin' [InvalidValue]"),
    Case(
      fleet("{timeZone: 3}"),
      "a.yaml:4:18: error: spec.timeZone: must be a time zone such as Europe/Berlin, not the number 3; "
        + "put it in quotes [InvalidType]"),
    Case(
      manifest("Provider", "p", "{}"),
      "a.yaml:4:7: error: spec.type: must be set, to 'openai', 'claude', 'llama.cpp', 'ollama', 'vllm' or 'custom' "
        + "[MissingField]"),
    Case(
      manifest("Provider", "p", "{type: custom, baseURL: \"ftp://x\"}"),
      "a.yaml:4:31: error: spec.baseURL: must be an address such as http://127.0.0.1:8080, not 'ftp://x' "
        + "[InvalidValue]"),
    Case(
      manifest("Provider", "p", "{type: llama.cpp, managed: {pools: {host: {limit: 16}}}}"),
      "a.yaml:4:57: error: spec.managed.pools.host.limit: must be a size such as 8GiB, not a bare number; write 16B, "
        + "or a larger unit [InvalidType]"),
    Case(
      manifest("Provider", "p", "{type: llama.cpp, managed: {pools: {host: {limit: 16G}}}}"),
      "a.yaml:4:57: error: spec.managed.pools.host.limit: must be a size such as 8GiB, not '16G'; write 16GiB "
        + "[InvalidType]"),
    Case(
      model("m", "provider: p, tags: x") + "---\n" + manifest("Provider", "p", "{type: custom, baseURL: \"http://x\"}"),
      "a.yaml:4:27: error: spec.tags: must be a list of texts, not 'x'; write [x] [InvalidType]"),
    Case(
      model("m", "provider: local, version: 3.1") + "---\n" + server,
      "a.yaml:4:34: error: spec.version: must be a semantic version such as 1.0.0, not the number 3.1 [InvalidType]"),
    Case(
      model("m", "provider: local, modelID: 405") + "---\n" + server,
      "a.yaml:4:34: error: spec.modelID: must be text of at least one character, not the number 405; "
        + "put it in quotes [InvalidType]"),
    Case(
      model("m", "provider: local, capabilities: [chat]") + "---\n" + server,
      "a.yaml:4:40: error: spec.capabilities[0]: must be 'text_generation', 'chat_completion', 'embeddings', "
        + "'function_calling', 'vision', 'streaming' or 'json_mode', not 'chat' [InvalidValue]"),
    Case(
      model("m", "provider: local, llamaCpp: {file: ../x.gguf}") + "---\n" + server,
      "a.yaml:4:42: error: spec.llamaCpp.file: must be a relative path without '..', not '../x.gguf' [InvalidValue]"),
    Case(
      manifest("AccessKey", "k", "{keys: []}"),
      "a.yaml:4:14: error: spec.keys: must have at least one element [InvalidValue]"),
  ]) func `a value that a field does not take is named with what it takes`(_ each: Case) {
    #expect(problems(each.text) == each.expected)
  }

  @Test(arguments: [
    Case(
      "- a\n",
      "a.yaml:1:1: error: a manifest must be a map with apiVersion, kind, metadata and spec, not a list [InvalidType]"),
    Case(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
      "a.yaml:1:13: error: apiVersion: 'v1' is not supported; this version reads 'drover.dev/v1alpha1' "
        + "[UnknownVersion]",
      "a.yaml:2:7: error: kind: no kind is named 'ConfigMap'; known are Fleet, Provider, Model, ModelSet, Route, "
        + "Budget, RateLimit, AccessKey [UnknownKind]"),
    Case(
      "apiVersion: drover.dev/v1alpha1\nkind: Modle\nmetadata: {name: x}\n",
      "a.yaml:2:7: error: kind: no kind is named 'Modle'; did you mean 'Model'? [UnknownKind]"),
    Case(
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {}\n",
      "a.yaml:3:11: error: metadata.name: must be set, to a name of lower-case letters, digits, '-' and '.' "
        + "[MissingField]"),
    Case(
      "kind: Fleet\nmetadata: {name: f, namespace: n}\n",
      "a.yaml:1:1: error: apiVersion: must be set, to 'drover.dev/v1alpha1' [MissingField]",
      "a.yaml:2:21: error: metadata.namespace: is reserved and must not be set; names are unique in the fleet "
        + "[UnknownField]"),
    Case(
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: My_Fleet}\n",
      "a.yaml:3:18: error: metadata.name: must be a name of lower-case letters, digits, '-' and '.' that begins and "
        + "ends with a letter or digit, not 'My_Fleet' [InvalidValue]"),
    Case(
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f, labels: {a: true, b: \"x y\", -c: d}}\n",
      "a.yaml:3:33: error: metadata.labels[a]: must be text, not the boolean true; write \"true\" [InvalidType]",
      "a.yaml:3:42: error: metadata.labels[b]: must be letters, digits, '-', '_' and '.', 63 at most, not 'x y' "
        + "[InvalidValue]",
      "a.yaml:3:49: error: metadata.labels[-c]: a key must be letters, digits, '-', '_' and '.', 63 at most, perhaps "
        + "after a domain and '/' [InvalidValue]"),
    Case(
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspecs: {}\nstatus: {}\n",
      "a.yaml:4:1: error: specs: unknown field; did you mean 'spec'? [UnknownField]",
      "a.yaml:5:1: error: status: is written by Drover alone; remove it [UnknownField]"),
    Case(
      manifest("Provider", "plan", "{type: custom, baseURL: \"http://x\"}"),
      "a.yaml:3:18: error: metadata.name: 'plan' is a path of the API and cannot name a Provider; choose another name "
        + "[InvalidValue]"),
  ]) func `the envelope is checked`(_ each: Case) {
    #expect(problems(each.text) == each.expected)
  }

  @Test(arguments: [
    Case(
      manifest("Provider", "p", "{type: custom}"),
      "a.yaml:4:7: error: spec.baseURL: must be set for type custom, to an address such as http://127.0.0.1:8080 "
        + "[MissingField]"),
    Case(
      manifest("Provider", "p", "{type: custom, baseURL: \"http://x\", mode: External}"),
      "a.yaml:4:49: error: spec.mode: is for providers of type llama.cpp only; remove it [InvalidValue]"),
    Case(
      manifest("Provider", "p", "{type: llama.cpp, baseURL: \"http://x\"}"),
      "a.yaml:4:34: error: spec.baseURL: must not be set where mode is Managed: the processes listen on ports of "
        + "their own [InvalidValue]"),
    Case(
      manifest("Provider", "p", "{type: llama.cpp, mode: External, managed: {}}"),
      "a.yaml:4:41: error: spec.managed: is for mode Managed only; remove it [InvalidValue]"),
    Case(
      manifest("Provider", "p", "{type: llama.cpp, managed: {ports: {from: 20000}}}"),
      "a.yaml:4:49: error: spec.managed.ports.from: ports must not end (18999) before they begin (20000) "
        + "[InvalidValue]"),
    Case(
      model("m", "provider: local, aliases: [m, x, x]") + "---\n" + server,
      "a.yaml:4:35: error: spec.aliases[0]: 'm' is the model's own name; remove it [DuplicateName]",
      "a.yaml:4:41: error: spec.aliases[2]: 'x' is listed twice; remove one [DuplicateName]"),
  ]) func `fields of one spec go together`(_ each: Case) {
    #expect(problems(each.text) == each.expected)
  }

  @Test(arguments: [
    Case("spec: {strategy: Cost}", "targets: must be set, or else targetSelector [MissingField]"),
    Case(
      "spec: {targets: [{model: a}], targetSelector: {}}",
      "targetSelector: must not be set beside targets; remove one of them [InvalidValue]"),
  ]) func `a route has targets or a selector`(_ each: Case) {
    let text = "apiVersion: drover.dev/v1alpha1\nkind: Route\nmetadata: {name: r}\n" + each.text + "\n"
    #expect(problems(text).last?.hasSuffix(each.expected[0]) == true)
  }

  @Test func `an unimplemented field that is set is a warning, and nothing below it warns again`() {
    #expect(
      problems(manifest("Fleet", "f", "{modelsConfig: {path: models.json, autoLoad: true}}")) == [
        "a.yaml:4:8: warning: spec.modelsConfig: is checked but not acted on by this version [NotImplemented]"
      ])
  }

  @Test func `null means absent, but for a field that may be null`() {
    let fleet = Tree([
      "a.yaml": server + "---\n"
        + model("m", "provider: local, maxTokens: null, displayName: ~, profile: {prompt: null, testCount: null}")
    ]).fold()
    #expect(fleet.errors == [])
    let written = fleet.model("m")?.resource?.written
    #expect(written == .object(["provider": .string("local"), "profile": .object(["prompt": .null])]))
  }

  @Test func `prices keep every digit`() {
    let fleet = Tree([
      "a.yaml": server + "---\n"
        + model("m", "provider: local, cost: {inputTokens: 0.1, outputTokens: \"0.000000000001\", requests: 5e-07}")
    ]).fold()
    let cost = fleet.model("m")?.resource?.spec["cost"]
    #expect(cost?["inputTokens"] == .decimal("0.1"))
    #expect(cost?["outputTokens"] == .decimal("0.000000000001"))
    #expect(cost?["requests"] == .decimal("0.0000005"))
    #expect(
      problems(server + "---\n" + model("m", "provider: local, cost: {inputTokens: \"0.0000000000001\"}")).last
        == "a.yaml:9:45: error: spec.cost.inputTokens: must have at most 12 digits after the point, not 13: "
        + "0.0000000000001 [InvalidValue]")
  }

  @Test func `either picks by shape`() {
    let fleet = Tree([
      "a.yaml": manifest("Provider", "l", "{type: llama.cpp}") + "---\n"
        + model("a", "provider: l, capabilities: [vision], llamaCpp: {file: a, gpuLayers: 12}") + "---\n"
        + model("b", "provider: l, capabilities: {remove: [vision]}, llamaCpp: {file: a, gpuLayers: Auto}")
    ]).fold()
    #expect(fleet.errors == [])
    #expect(fleet.model("a")?.resource?.spec[path: ["llamaCpp", "gpuLayers"]] == .integer(12))
    #expect(fleet.model("b")?.resource?.spec[path: ["llamaCpp", "gpuLayers"]] == .string("Auto"))
    #expect(fleet.model("a")?.resource?.spec["capabilities"] == .object(["add": .strings(["vision"])]))
  }

  @Test(arguments: [
    ("all", "'all'"), ("auto", "'auto'; did you mean 'Auto'?"), ("'12'", "'12'; remove the quotes"),
    ("1.5", "the number 1.5"), ("true", "the boolean true"),
  ])
  func `what fits none of several alternatives is told all of them`(text: String, rest: String) throws {
    let found = problems(server + "---\n" + model("a", "provider: local, llamaCpp: {file: a, gpuLayers: \(text)}"))
    #expect(
      found.last?.contains("spec.llamaCpp.gpuLayers: must be 'Auto', or an integer from 0 to 10000, not \(rest) [")
        == true,
      "\(found)")
  }

  @Test func `pairs of surrogates in JSON are one character each, and nothing behind them moves`() throws {
    func tree(_ name: String, _ rest: String = "") -> String {
      #"{"apiVersion": "drover.dev/v1alpha1", "kind": "Model", "metadata": {"name": "a"}, "spec": {"displayName": "#
        + name + #", "tags": ["\ud83d\ude00\uD83D\uDE01"]"# + rest + "}}"
    }
    func decode(_ text: String) -> ManifestFile {
      ManifestDecoder().decode(Array(text.utf8), root: "r", path: "a.json")
    }
    let name = #""x\ud83d\ude00y\\ud83d""#
    let draft = try #require(decode(tree(name)).documents.first?.draft)
    #expect(draft.spec["displayName"] == .string("x😀y\\ud83d"))
    #expect(draft.spec["tags"]?.stringList == ["😀😁"])
    let text = tree(name, #", "wibble": 1"#)
    let wrong = try #require(decode(text).documents.first?.diagnostics.first { $0.field == "spec.wibble" })
    let place = try #require(text.firstRange(of: "\"wibble\"")?.lowerBound)
    #expect(wrong.column == text.distance(from: text.startIndex, to: place) + 1)
    // Half a pair is no character.
    #expect(!decode(tree(#""\ude00""#)).failures.isEmpty)
    // In YAML a backslash outside of double quotes is a backslash.
    let plain = "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f, labels: {a: '\\ud83d\\ude00'}}\n"
    #expect(ManifestDecoder().decode(Array(plain.utf8), root: "r", path: "a.yaml").failures == [])
  }

  @Test func `empty documents are no objects and JSON is YAML`() {
    let tree = Tree([
      "a.json": "{\"apiVersion\": \"drover.dev/v1alpha1\", \"kind\": \"Fleet\", \"metadata\": {\"name\": \"f\"}}",
      "b.yaml": "# nothing\n---\n---\nnull\n",
    ])
    let fleet = tree.fold()
    #expect(fleet.errors == [])
    #expect(fleet.objects.map(\.identity) == [Identity(.fleet, "f")])
    #expect(fleet.unreadable == [])
  }

  @Test func `the place of every value is known`() {
    let fleet = Tree(["a.yaml": server + "---\n" + model("m", "provider: local, tags: [x, y]")]).fold()
    let spec = fleet.model("m")?.resource?.spec
    #expect(spec?.entry("provider")?.mark == FieldMark(line: 9, column: 18))
    #expect(spec?["tags"]?.list?.last?.mark == FieldMark(line: 9, column: 35))
    #expect(spec?.entry("version")?.mark == FieldMark.none)
  }

  @Test(arguments: [
    "http://u:p4ss@host", "https://p4ss@host/v1", "ftp://u:p4ss@host", "u:p4ss@host", "http://u:p4ss/x@h",
  ]) func `a password in a URL is refused and never repeated`(_ url: String) {
    let found = problems(manifest("Provider", "p", "{type: custom, baseURL: \"\(url)\"}"))
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("a.yaml:4:31: error: spec.baseURL: ") == true)
    #expect(found.first?.contains("p4ss") == false)
  }

  @Test func `a user in a URL is told where to go instead`() {
    #expect(
      problems(manifest("Provider", "p", "{type: custom, baseURL: \"http://u:p@host\"}")) == [
        "a.yaml:4:31: error: spec.baseURL: a URL must not hold a user or password; name a secret instead [InvalidValue]"
      ])
  }

  @Test func `a kind has its article`() {
    #expect(Kind.allCases.filter { $0.withArticle.hasPrefix("an ") } == [.accessKey])
    #expect(Kind.model.withArticle == "a Model")
  }

  private func annotated(_ annotations: String) -> [String] {
    problems(
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: f\n  annotations: {\(annotations)}\n")
  }

  @Test func `annotations of Drover's own are checked, all others are the user's`() {
    #expect(annotated("drover.dev/prune: disabled, drover.dev/suspend: 'false', example.com/x: y") == [])
    #expect(annotated("drover.dev/reconcile-requested-at: now") == [])
    #expect(
      annotated("drover.dev/pruen: disabled, drover.dev/suspend: 'yes', drover.dev/prune: enabled") == [
        "a.yaml:5:17: warning: metadata.annotations[drover.dev/pruen]: unknown annotation, ignored; did you mean "
          + "'drover.dev/prune'? [UnknownField]",
        "a.yaml:5:65: error: metadata.annotations[drover.dev/suspend]: must be 'true' or 'false', not 'yes' "
          + "[InvalidValue]",
        "a.yaml:5:90: error: metadata.annotations[drover.dev/prune]: must be 'disabled', not 'enabled' [InvalidValue]",
      ])
  }
}
