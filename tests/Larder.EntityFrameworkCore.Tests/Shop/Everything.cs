using System.Collections;
using System.Net;
using System.Text.Json;

namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row with the types that PostgreSQL knows.</summary>
public sealed class Everything
{
    public int Id { get; set; }

    public bool Flag { get; set; }

    public short Short { get; set; }

    public long Long { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public decimal Decimal { get; set; }

    public string? Text { get; set; }

    public char Character { get; set; }

    public byte[] Bytes { get; set; } = [];

    public Guid Guid { get; set; }

    public DateOnly Date { get; set; }

    public TimeOnly Time { get; set; }

    public DateTime Instant { get; set; }

    public DateTimeOffset Offset { get; set; }

    public TimeSpan Interval { get; set; }

    public int[] Numbers { get; set; } = [];

    public List<string> Words { get; set; } = [];

    public Mood Mood { get; set; }

    public Mood? NoMood { get; set; }

    public JsonDocument? Json { get; set; }

    public IPAddress? Address { get; set; }

    public BitArray Bits { get; set; } = new(0);
}
