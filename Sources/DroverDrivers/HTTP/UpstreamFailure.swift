import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix

/// Why no whole reply came.
enum UpstreamFailure: Error, Equatable {
  /// No connection, or it broke; the sentence part says how.
  case unreachable(String)
  /// Nothing listens there.
  case refused
  case timedOut
  case cancelled

  init(_ error: any Error) {
    switch error {
    case let failure as UpstreamFailure: self = failure
    case is CancellationError: self = .cancelled
    case let failure as HTTPClientError: self.init(failure)
    case let failure as IOError where failure.errnoCode == ECONNREFUSED: self = .refused
    case let failure as IOError: self = .unreachable(Self.reason(of: failure))
    case is ChannelError: self = .unreachable("the connection was closed before the reply was complete")
    case is NIOTooManyBytesError: self = .unreachable("the reply is larger than 16 MiB")
    case let failure as NIOConnectionError:
      let cause = failure.connectionErrors.first?.error
      self = cause.map(UpstreamFailure.init) ?? .unreachable("its name cannot be resolved")
    default: self = .unreachable(String(describing: type(of: error)))
    }
  }

  private init(_ error: HTTPClientError) {
    switch error {
    case .cancelled: self = .cancelled
    case .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout: self = .timedOut
    case .remoteConnectionClosed: self = .unreachable("the connection was closed before the reply was complete")
    default: self = .unreachable(error.shortDescription)
    }
  }

  /// "connection reset by peer" without the library's own words around it.
  private static func reason(of error: IOError) -> String {
    guard let text = strerror(error.errnoCode) else { return "error \(error.errnoCode)" }
    return String(cString: text).lowercased()
  }
}
