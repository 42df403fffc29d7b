namespace Larder.Tests.Memory.Soak;

/// <summary>A cache to run random operations on, and how many keys they are spread over.</summary>
internal sealed record SoakSetup(EvictionPolicy Eviction, int Keys, int MaxEntries, long MaxBytes)
{
    public static IReadOnlyList<SoakSetup> All { get; } =
    [
        new(EvictionPolicy.TinyLfu, Keys: 16, MaxEntries: 3, MaxBytes: 1 << 20),
        new(EvictionPolicy.Lru, Keys: 16, MaxEntries: 3, MaxBytes: 1 << 20),
        new(EvictionPolicy.TinyLfu, Keys: 400, MaxEntries: 100_000, MaxBytes: 64 << 10),
        new(EvictionPolicy.Lru, Keys: 400, MaxEntries: 100_000, MaxBytes: 64 << 10),
        new(EvictionPolicy.TinyLfu, Keys: 6_000, MaxEntries: 4_096, MaxBytes: 1L << 30),
        new(EvictionPolicy.Lru, Keys: 6_000, MaxEntries: 4_096, MaxBytes: 1L << 30),
        new(EvictionPolicy.TinyLfu, Keys: 60_000, MaxEntries: 40_000, MaxBytes: 8 << 20),
        new(EvictionPolicy.Lru, Keys: 60_000, MaxEntries: 40_000, MaxBytes: 8 << 20),
    ];

    public void Configure(CacheOptions options)
    {
        options.TimeToLive = TimeSpan.FromSeconds(1);

        // The clock is moved fast, and loads are not what is tested.
        options.LoadTimeout = TimeSpan.FromDays(20);
        options.Memory.Eviction = Eviction;
        options.Memory.MaxEntries = MaxEntries;
        options.Memory.MaxBytes = MaxBytes;
        options.Memory.TrimOnMemoryPressure = true;
        options.Memory.SweepInterval = TimeSpan.FromMilliseconds(100);
    }
}
