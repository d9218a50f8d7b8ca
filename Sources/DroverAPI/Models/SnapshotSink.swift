package import DroverCore

/// Where a copy of the registry is written to, for people and for other programs: the state itself lies in the store.
package protocol SnapshotSink: Sendable {
  /// Writes `bytes` so that a reader sees the old file or the new one, and keeps the one before, unless it holds the same;
  /// gives the file's path.
  func write(_ bytes: [UInt8], _ settings: SnapshotSettings) async throws(StoreError) -> String
  /// The file that would be written.
  func path(_ settings: SnapshotSettings) -> String
}
