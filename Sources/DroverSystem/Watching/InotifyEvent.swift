import Glibc

/// One watched directory of one watcher, until it is removed or the kernel drops it (``InotifyEvent/Flags/ignored``).
package struct WatchDescriptor: Hashable, Sendable {
  package var rawValue: Int32

  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }
}

/// One record of inotify(7), unchanged.
package struct InotifyEvent: Hashable, Sendable {
  package struct Flags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    package static let modified = Flags(rawValue: UInt32(IN_MODIFY))
    package static let attributesChanged = Flags(rawValue: UInt32(IN_ATTRIB))
    package static let writeClosed = Flags(rawValue: UInt32(IN_CLOSE_WRITE))
    package static let movedFrom = Flags(rawValue: UInt32(IN_MOVED_FROM))
    package static let movedTo = Flags(rawValue: UInt32(IN_MOVED_TO))
    package static let created = Flags(rawValue: UInt32(IN_CREATE))
    package static let deleted = Flags(rawValue: UInt32(IN_DELETE))
    /// The watched directory itself was deleted.
    package static let selfDeleted = Flags(rawValue: UInt32(IN_DELETE_SELF))
    /// The watched directory itself was renamed: its path now names something else.
    package static let selfMoved = Flags(rawValue: UInt32(IN_MOVE_SELF))
    package static let unmounted = Flags(rawValue: UInt32(IN_UNMOUNT))
    /// Events were lost: everything has to be scanned. The watch is -1.
    package static let overflow = Flags(rawValue: UInt32(IN_Q_OVERFLOW))
    /// The watch is gone; no more events follow.
    package static let ignored = Flags(rawValue: UInt32(IN_IGNORED))
    package static let isDirectory = Flags(rawValue: UInt32(IN_ISDIR))
  }

  /// -1 for ``Flags/overflow``.
  package var watch: WatchDescriptor
  package var flags: Flags
  /// The entry of the directory; nil where the directory itself is meant. Not UTF-8 is repaired.
  package var name: String?

  package init(watch: WatchDescriptor, flags: Flags, name: String?) {
    self.watch = watch
    self.flags = flags
    self.name = name
  }

  package var isDirectory: Bool { flags.contains(.isDirectory) }

  package static let overflow = InotifyEvent(watch: WatchDescriptor(rawValue: -1), flags: .overflow, name: nil)
}

extension InotifyEvent {
  /// The records of one read(2): struct inotify_event, each followed by `len` bytes of name with padding.
  static func parse(_ buffer: UnsafeRawBufferPointer) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    let header = MemoryLayout<inotify_event>.size
    var offset = 0
    while offset + header <= buffer.count {
      let record = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
      let end = min(buffer.count, offset + header + Int(record.len))
      let name = buffer[(offset + header)..<end].prefix { $0 != 0 }
      events.append(
        InotifyEvent(
          watch: WatchDescriptor(rawValue: record.wd), flags: Flags(rawValue: record.mask),
          name: name.isEmpty ? nil : String(decoding: name, as: UTF8.self)))
      offset = end
    }
    return events
  }
}
