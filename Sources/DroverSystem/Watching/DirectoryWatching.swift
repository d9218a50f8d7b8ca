/// Tells of changes in directories, as inotify(7) does: of entries by name, of subdirectories only where they are
/// watched themselves, and of nothing that another host does on a network file system.
package protocol DirectoryWatching: Sendable {
  /// Batches in the order of the kernel's. One consumer. A batch may be lost to a slow one: an
  /// ``InotifyEvent/overflow`` then follows. Ends when the watcher goes.
  var events: AsyncStream<[InotifyEvent]> { get }

  /// Watches the directory that now stands at the path; the watch follows the directory, not the path. Watching a
  /// directory again gives the same descriptor.
  ///
  /// Throws ``SystemError/watchLimit`` where the kernel has no watch left.
  func add(_ directory: String) throws(SystemError) -> WatchDescriptor

  /// Ends a watch; one that the kernel has dropped is no error. Events that were on the way may still come.
  func remove(_ watch: WatchDescriptor)
}
