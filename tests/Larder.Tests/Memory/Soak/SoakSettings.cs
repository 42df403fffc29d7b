using System.Globalization;

namespace Larder.Tests.Memory.Soak;

/// <summary>How long a soak takes, and what it begins with.</summary>
internal static class SoakSettings
{
    private const int DefaultSeconds = 20;

    /// <summary>Gets <c>LARDER_SOAK_SECONDS</c>, or 20 seconds.</summary>
    public static TimeSpan Duration => TimeSpan.FromSeconds(Read("LARDER_SOAK_SECONDS") ?? DefaultSeconds);

    /// <summary>Gets <c>LARDER_SOAK_SEED</c>, or one that is drawn.</summary>
    public static int Seed => Read("LARDER_SOAK_SEED") ?? Random.Shared.Next(1_000_000);

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
