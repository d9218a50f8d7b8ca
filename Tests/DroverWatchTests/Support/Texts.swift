import DroverCore

/// One manifest; `spec` is one line of flow YAML.
func manifest(_ kind: String, _ name: String, _ spec: String = "{}") -> String {
  """
  apiVersion: drover.dev/v1alpha1
  kind: \(kind)
  metadata: {name: \(name)}
  spec: \(spec)

  """
}

/// A server that any model may run at.
let server = manifest("Provider", "local", "{type: custom, baseURL: \"http://127.0.0.1:9000\"}")

func model(_ name: String, title: String = "one") -> String {
  manifest("Model", name, "{provider: local, displayName: \(title)}")
}

/// Several documents of one file.
func documents(_ texts: String...) -> String { texts.joined(separator: "---\n") }

extension DesiredFleet {
  func model(_ name: String) -> DesiredObject? { self[Identity(.model, name)] }
}

extension DesiredObject {
  var title: String? { resource?.spec["displayName"]?.string }
  var refusal: Reason? { if case .refused(let reason, _) = newest { reason } else { nil } }
  var isAccepted: Bool { newest == .accepted }
  var absentScans: Int? { if case .absent(_, let scans) = newest { scans } else { nil } }
}
