import DroverCore
import DroverManifests

/// Manifests in memory, for tests.
struct Tree {
  var files: [(path: String, text: String)] = []
  var roots = [RootState(path: "root")]
  var unreadable: [ManifestFile] = []
  var isComplete = true
  var policy: HostPolicy?

  init(_ files: KeyValuePairs<String, String> = [:]) { self.files = files.map { ($0.key, $0.value) } }

  subscript(path: String) -> String? {
    get { files.first { $0.path == path }?.text }
    set {
      files.removeAll { $0.path == path }
      if let newValue { files.append((path, newValue)) }
    }
  }

  var scan: ManifestScan {
    ManifestScan(
      files: files.map { ManifestDecoder().decode(Array($0.text.utf8), root: "root", path: $0.path) } + unreadable,
      roots: roots, isComplete: isComplete)
  }

  func fold(over previous: DesiredFleet = DesiredFleet(), at milliseconds: Int64 = 0) -> DesiredFleet {
    DesiredFold.fold(previous: previous, scan: scan, policy: policy, now: Timestamp(milliseconds: milliseconds))
  }
}

/// One manifest; `spec` is one line of flow YAML or an indented block.
func manifest(_ kind: String, _ name: String, _ spec: String = "{}", labels: String? = nil) -> String {
  """
  apiVersion: drover.dev/v1alpha1
  kind: \(kind)
  metadata: {name: \(name)\(labels.map { ", labels: " + $0 } ?? "")}
  spec: \(spec)

  """
}

/// A server that any model may run at.
let server = manifest("Provider", "local", "{type: custom, baseURL: \"http://127.0.0.1:9000\"}")

func model(_ name: String, _ spec: String = "provider: local", labels: String? = nil) -> String {
  manifest("Model", name, "{\(spec)}", labels: labels)
}

/// What is wrong with one file, as printed.
func problems(_ text: String, path: String = "a.yaml") -> [String] {
  Tree([path: text]).fold().diagnostics.map(\.description)
}

extension DesiredFleet {
  func model(_ name: String) -> DesiredObject? { self[Identity(.model, name)] }
  func provider(_ name: String) -> DesiredObject? { self[Identity(.provider, name)] }
  var errors: [String] { diagnostics.filter { $0.severity == .error }.map(\.description) }
}

extension DesiredObject {
  var refusal: Reason? { if case .refused(let reason, _) = newest { reason } else { nil } }
  var messages: [String] {
    if case .refused(_, let diagnostics) = newest { diagnostics.map(\.description) } else { [] }
  }
  var absentScans: Int? { if case .absent(_, let scans) = newest { scans } else { nil } }
}
