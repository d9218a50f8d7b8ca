import DroverCore

/// One event of `GET /models/sse`, by which a router tells what becomes of its models. It names them `model_status` in
/// its documentation and mostly `status_change` on the wire.
package struct RouterEvent: Equatable, Sendable {
  /// `*` for all of them.
  package var model: String
  package var name: String
  /// True for a step of a load that is under way: nothing else has changed.
  package var isProgress: Bool

  /// From one line of the stream; nil for lines that carry no event.
  package init?(line: some StringProtocol) {
    guard line.hasPrefix("data:"), let json = try? JSONReader.read(String(line.dropFirst(5))),
      let name = json["event"]?.string, let model = json["model"]?.string
    else { return nil }
    self.model = model
    self.name = name
    isProgress = json[path: ["data", "progress"]] != nil || name == "download_progress"
  }
}
