/// How far an object is, for counting.
enum Progress: String, CaseIterable {
  case ready = "Ready"
  case progressing = "Progressing"
  case failing = "Failing"
  case stalled = "Stalled"
  case invalid = "Invalid"
  case suspended = "Suspended"

  init(_ object: FleetObject) {
    let ready = object.condition("Ready")
    let reconciling = object.condition("Reconciling")
    if ready?.reason == "Suspended" {
      self = .suspended
    } else if ready?.isTrue == true {
      self = .ready
    } else if ready?.reason == "InvalidManifest" || ready?.reason == "DuplicateIdentity" {
      self = .invalid
    } else if object.condition("Stalled")?.isTrue == true {
      self = .stalled
    } else if reconciling?.isTrue == true {
      self = reconciling?.reason == "ProgressingWithRetry" ? .failing : .progressing
    } else {
      self = ready == nil || ready?.status == "Unknown" ? .progressing : .failing
    }
  }
}
