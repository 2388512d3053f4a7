import ScripAPI

extension Problem {
    /// An error as the API words it, for those who are not asked by HTTP.
    package static func describing(_ error: any Error) -> Problem {
        ErrorResponse.problem(for: error, path: "").problem
    }
}
