using System.Globalization;

namespace Larder;

/// <summary>
/// When an entry that is still fresh is loaded anew in the background, so that no caller waits for the load when it expires.
/// </summary>
public readonly struct EarlyRefresh : IEquatable<EarlyRefresh>
{
    private readonly double _amount;
    private readonly Kind _kind;

    private EarlyRefresh(Kind kind, double amount)
    {
        _kind = kind;
        _amount = amount;
    }

    private enum Kind : byte
    {
        None,
        Fraction,
        XFetch,
    }

    /// <summary>No early refresh, the default.</summary>
    public static EarlyRefresh None => default;

    internal double Fraction => _kind == Kind.Fraction ? _amount : 0;

    internal double Beta => _kind == Kind.XFetch ? _amount : 0;

    /// <summary>Refreshes at the first read after this fraction of the time to live has passed.</summary>
    /// <param name="fraction">Above 0 and below 1; 0.8 is a good start.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is not a number, or not between 0 and 1.</exception>
    public static EarlyRefresh AfterFraction(double fraction) =>
        fraction is > 0 and < 1
            ? new EarlyRefresh(Kind.Fraction, fraction)
            : throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction of the time to live after which an entry is refreshed early must be above 0 and below 1.");

    /// <summary>
    /// Refreshes at random, the more probably the closer the expiry and the longer the load takes, so that many processes do not
    /// refresh at the same moment.
    /// </summary>
    /// <param name="beta">Above 0 and at most 1,000; 1 is the optimum of the paper, more refreshes earlier.</param>
    /// <returns>The rule.</returns>
    /// <remarks>
    /// Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015. An entry is refreshed when
    /// <c>now - loadTime * beta * ln(random) >= expiry</c>, where the time of the last load is measured.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is not a number, not above 0, or above 1,000.</exception>
    public static EarlyRefresh XFetch(double beta = 1.0) =>
        beta is > 0 and <= 1000
            ? new EarlyRefresh(Kind.XFetch, beta)
            : throw new ArgumentOutOfRangeException(nameof(beta), beta, "Beta must be above 0 and at most 1,000.");

    /// <inheritdoc/>
    public bool Equals(EarlyRefresh other) => _kind == other._kind && _amount.Equals(other._amount);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EarlyRefresh other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_kind, _amount);

    /// <summary>Gets the rule as it stands in configuration: <c>none</c>, <c>0.8</c> or <c>xfetch 1</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _kind switch
    {
        Kind.Fraction => _amount.ToString(CultureInfo.InvariantCulture),
        Kind.XFetch => $"xfetch {_amount.ToString(CultureInfo.InvariantCulture)}",
        _ => "none",
    };

    /// <summary>Tells whether two rules are the same.</summary>
    /// <param name="left">A rule.</param>
    /// <param name="right">Another rule.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool operator ==(EarlyRefresh left, EarlyRefresh right) => left.Equals(right);

    /// <summary>Tells whether two rules differ.</summary>
    /// <param name="left">A rule.</param>
    /// <param name="right">Another rule.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(EarlyRefresh left, EarlyRefresh right) => !left.Equals(right);
}
