namespace Larder.Cli.Doctor;

/// <summary>What a check says.</summary>
/// <param name="Check">The name of the check.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Setting">The setting or the figure that was looked at.</param>
/// <param name="Value">Its value.</param>
/// <param name="Message">What that means; <see langword="null"/> where all is well.</param>
/// <param name="Advice">What to change.</param>
internal sealed record Finding(string Check, Severity Severity, string Setting, string Value, string? Message = null, string? Advice = null)
{
    /// <summary>Gets the server that it is about; empty for the whole cache.</summary>
    public string Server { get; init; } = "";

    public static Finding Ok(string check, string setting, string value) => new(check, Severity.Ok, setting, value);

    /// <summary>Says that something could not be found out, and why.</summary>
    public static Finding Unknown(string check, string setting, string why) => new(check, Severity.Unknown, setting, "not known", why);
}
