namespace Larder.PostgreSql;

/// <summary>Checks settings; each message names the setting, its value, and what to do.</summary>
internal static class PostgresChangeOptionsValidator
{
    public static void ThrowIfInvalid(PostgresChangeOptions options)
    {
        if (options.Tables.Count == 0)
        {
            throw new ArgumentException("Tables is empty: say which tables are listened to, and which store each belongs to, as in options.Tables[\"users\"] = \"users\".", nameof(options));
        }

        Name(options.Channel, 40, nameof(options.Channel));
        if (options.Slot is { } slot)
        {
            Name(slot, 63, nameof(options.Slot));
        }

        Range(options.ReconnectDelay, TimeSpan.FromMilliseconds(10), nameof(options.ReconnectDelay));
        Range(options.KeepAlive, TimeSpan.FromSeconds(1), nameof(options.KeepAlive));
    }

    private static void Name(string value, int maxLength, string name)
    {
        if (value.Length == 0 || value.Length > maxLength || !value.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_'))
        {
            throw new ArgumentException($"{name} is '{value}', and must have lower-case letters, digits and '_' only, from 1 to {maxLength}.", nameof(value));
        }
    }

    private static void Range(TimeSpan value, TimeSpan low, string name)
    {
        if (value < low || value > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} is {value}, and must be from {low} to 1 hour.");
        }
    }
}
