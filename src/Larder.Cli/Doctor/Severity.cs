namespace Larder.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Could not be found out.</summary>
    Unknown,

    /// <summary>It works, and something is lost or will be.</summary>
    Warning,

    /// <summary>Something does not work, or is open to others.</summary>
    Error,
}
