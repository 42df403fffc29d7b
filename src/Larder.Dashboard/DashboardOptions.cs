namespace Larder.Dashboard;

/// <summary>
/// Who may do what on a dashboard that an authorization policy guards. Whom the policy lets through may look; what is more has to be named here. An application under development allows all to requests from
/// the same machine that nobody has passed on.
/// </summary>
public sealed class DashboardOptions
{
    /// <summary>Gets or sets the authorization policy of those who may see values. Default <see langword="null"/>: nobody.</summary>
    public string? ViewValuesPolicy { get; set; }

    /// <summary>Gets or sets the authorization policy of those who may remove, expire and clear. Default <see langword="null"/>: nobody.</summary>
    public string? InvalidatePolicy { get; set; }

    /// <summary>Gets or sets what hides secrets in values before they are shown: it gets the key and the text, and returns the text to show. Default <see langword="null"/>: values are shown as they are, to those who may see them.</summary>
    public Func<string, string, string>? Redact { get; set; }
}
