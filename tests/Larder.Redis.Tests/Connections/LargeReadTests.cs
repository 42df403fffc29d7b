using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Serialization;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Large values come in pieces, and always as one of the values that were stored.</summary>
public sealed class LargeReadTests(SharedServers servers)
{
    private const int Pieces = 9;
    private const int Length = ((Pieces - 1) * LargeReads.PieceLength) + 1000;

    [Fact]
    public async Task A_large_value_comes_in_pieces_from_the_second_time_on()
    {
        await using var setup = new Setup(Frame(1));

        Assert.Equal(Frame(1), await setup.ReadAsync());
        Assert.Equal(["GET"], setup.TakeCommands());

        Assert.Equal(Frame(1), await setup.ReadAsync());
        AssertPieces(setup.TakeCommands());
    }

    [Fact]
    public async Task Pieces_are_smaller_while_other_commands_are_under_way()
    {
        await using var setup = new Setup(Frame(1));
        await setup.ReadAsync();
        setup.TakeCommands();

        await setup.ReadAsync();
        var beside = setup.TakeCommands();
        setup.Clock.Advance(TimeSpan.FromMilliseconds(6));
        await setup.ReadAsync();
        var alone = setup.TakeCommands();

        Assert.All(beside[..^1], piece => Assert.Equal(LargeReads.PieceLengthBesideOthers, LengthOf(piece)));
        Assert.All(alone[..^1], piece => Assert.Equal(LargeReads.PieceLength, LengthOf(piece)));
        AssertPieces(beside);
        AssertPieces(alone);
    }

    [Fact]
    public async Task Pieces_grow_where_the_way_to_the_server_takes_the_time()
    {
        await using var setup = new Setup(Frame(1, 3_000_000));
        await setup.ReadAsync();
        setup.TakeCommands();
        setup.BeforePiece = () => setup.Clock.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(Frame(1, 3_000_000), await setup.ReadAsync());

        Assert.Equal([.. Enumerable.Range(0, 7).Select(i => LargeReads.PieceLengthBesideOthers << i), .. Enumerable.Repeat(LargeReads.MaxPieceLength, 2)], setup.TakeCommands()[..^1].Select(LengthOf));
    }

    [Fact]
    public async Task A_read_that_prolongs_a_sliding_life_does_not_disturb_another()
    {
        var (before, after) = (Frame(1), Frame(1));
        after[32]++;
        await using var setup = new Setup(before);
        await setup.ReadAsync();
        setup.TakeCommands();
        var asked = 0;
        setup.BeforePiece = () => setup.Value = asked++ == 2 ? after : setup.Value;

        Assert.Equal(after, await setup.ReadAsync());
        Assert.DoesNotContain("GET", setup.TakeCommands());
    }

    [Fact]
    public async Task A_last_piece_may_be_full()
    {
        var value = Frame(1, (Pieces * LargeReads.PieceLength) - EntryFrame.FixedLength);
        await using var setup = new Setup(value);
        await setup.ReadAsync();

        Assert.Equal(value, await setup.ReadAsync());
        Assert.Equal(0, value.Length % LargeReads.PieceLength);
    }

    [Fact]
    public async Task Who_has_written_a_large_value_reads_it_in_pieces_at_once()
    {
        await using var setup = new Setup(Frame(1));

        await setup.WriteAsync();
        Assert.Equal(Frame(1), await setup.ReadAsync());

        var commands = setup.TakeCommands();
        Assert.Equal("SET", commands[0]);
        AssertPieces(commands[1..]);
    }

    public static TheoryData<int> EachPiece => [.. Enumerable.Range(0, Pieces + 1)];

    [Theory]
    [MemberData(nameof(EachPiece))]
    public async Task A_change_between_two_pieces_has_the_value_come_in_one(int piece)
    {
        await using var setup = new Setup(Frame(1));
        await setup.ReadAsync();
        var asked = 0;

        setup.BeforePiece = () => setup.Value = asked++ == piece ? Frame(2) : setup.Value;

        Assert.Equal(Frame(2), await setup.ReadAsync());
        Assert.Equal(piece == 0 ? 0 : 1, setup.TakeCommands().Skip(1).Count(command => command == "GET"));
    }

    [Fact]
    public async Task An_end_between_two_pieces_is_a_null()
    {
        await using var setup = new Setup(Frame(1));
        await setup.ReadAsync();
        var asked = 0;

        setup.BeforePiece = () => setup.Value = asked++ == 2 ? null : setup.Value;

        Assert.Null(await setup.ReadAsync());
    }

    [Fact]
    public async Task What_is_no_entry_of_Larder_or_not_there_comes_in_one()
    {
        foreach (var value in new[] { new byte[Length], [], null })
        {
            await using var setup = new Setup(new byte[Length]);
            await setup.ReadAsync();
            setup.Value = value;

            Assert.Equal(value, await setup.ReadAsync());
            Assert.Equal(["GET", "GETRANGE", "GET"], setup.TakeCommands().Select(command => command.Split(' ')[0]));
        }
    }

    [Fact]
    public async Task What_is_small_now_is_one_piece()
    {
        await using var setup = new Setup(Frame(1));
        await setup.ReadAsync();
        var small = Frame(2, 100);

        setup.Value = small;

        Assert.Equal(small, await setup.ReadAsync());
        Assert.Equal(["GET", "GETRANGE"], setup.TakeCommands().Select(command => command.Split(' ')[0]));
    }

    [Fact]
    public async Task An_error_at_any_piece_is_that_of_the_read()
    {
        for (var piece = 0; piece <= Pieces; piece++)
        {
            await using var setup = new Setup(Frame(1));
            await setup.ReadAsync();
            var asked = 0;
            setup.Problem = () => asked++ == piece ? RespReply.Error("WRONGTYPE Operation against a key holding the wrong kind of value") : null;

            var error = await Assert.ThrowsAsync<CacheServerException>(setup.ReadAsync);

            Assert.Contains("WRONGTYPE", error.Message, StringComparison.Ordinal);
            Assert.Equal(Frame(1), await setup.ReadAsync());
        }
    }

    [Fact]
    public async Task A_connection_lost_between_two_pieces_is_read_again()
    {
        await using var setup = new Setup(Frame(1), retryCount: 2);
        await setup.ReadAsync();
        var asked = 0;
        setup.Problem = () => asked++ == 2 ? RespReply.Reset : null;

        Assert.Equal(Frame(1), await setup.ReadAsync());
    }

    [Fact]
    public async Task Who_gives_up_asks_for_no_further_piece()
    {
        await using var setup = new Setup(Frame(1));
        await setup.ReadAsync();
        using var end = new CancellationTokenSource();
        var asked = 0;
        setup.BeforePiece = () => (asked++ == 1 ? end : new CancellationTokenSource()).Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => setup.ReadAsync(end.Token));

        // Only what was under way when it ended.
        await setup.ReadSmallAsync();
        Assert.InRange(setup.TakeCommands().Length, 1 + 2, 1 + 3);
        Assert.Equal(Frame(1), await setup.ReadAsync());
    }

    [Fact]
    public async Task Values_that_change_all_the_time_are_read_whole()
    {
        await using var harness = RedisHarness.Over(await servers.Standalone.GetAsync());
        var (writer, reader) = (harness.CreateCache(), harness.CreateCache());
        await writer.SetAsync("key", Value(0));
        var reads = 0;
        var writing = Task.Run(async () =>
        {
            for (byte i = 1; Volatile.Read(ref reads) < 40; i++)
            {
                await writer.SetAsync("key", Value(i));
            }
        });

        for (; reads < 40; Volatile.Write(ref reads, reads + 1))
        {
            var read = await reader.GetAsync<byte[]>("key");
            Assert.True(read.HasValue);
            Assert.Equal(Value(read.Value![0]), read.Value);
        }

        await writing;
        Assert.Equal(0, reader.Statistics.Snapshot().BadEntries);
    }

    private static int LengthOf(string piece) => piece.Split(' ') is [_, var start, var end] ? int.Parse(end, CultureInfo.InvariantCulture) + 1 - int.Parse(start, CultureInfo.InvariantCulture) : 0;

    /// <summary>Shows that pieces follow one another without a gap to the end of the value, and that the header is read again then.</summary>
    private static void AssertPieces(string[] commands)
    {
        var at = 0;
        foreach (var piece in commands[..^1])
        {
            Assert.StartsWith($"GETRANGE {at} ", piece, StringComparison.Ordinal);
            at += LengthOf(piece);
        }

        Assert.InRange(at, Frame(1).Length, Frame(1).Length + LargeReads.PieceLength);
        Assert.Equal($"GETRANGE 0 {EntryFrame.FixedLength - 1}", commands[^1]);
    }

    /// <summary>Bytes that no compression makes fewer.</summary>
    private static byte[] Value(byte seed, int length = Length)
    {
        var value = new byte[length];
        new Random(seed).NextBytes(value);
        value[0] = seed;
        return value;
    }

    private static byte[] Frame(byte revision, int length = Length) => new EntryFrame
    {
        Kind = FrameKind.Entry,
        Revision = revision,
        WriteId = revision,
        ExpiresAt = 1,
        CapAt = 1,
        Value = new StoredValue(Value(revision, length), PayloadFormat.Bytes, 0),
    }.ToBytes("key");

    /// <summary>A server that has one value.</summary>
    private sealed class Setup : IAsyncDisposable
    {
        private readonly ScriptedRespServer _server = new();
        private readonly ClientSetup _client;
        private int _taken;

        public Setup(byte[] value, int retryCount = 0)
        {
            Value = value;
            _client = new ClientSetup(_server.Port, settings => settings with { TimeProvider = Clock }, retryCount);
            _server.On("SET", RespReply.Ok)
                .On("GET", _ => Value is null ? RespReply.Null : RespReply.Bulk(Value))
                .On("GET small", RespReply.Bulk("small"))
                .On("GETRANGE", Piece);
        }

        /// <summary>Stands still: what came before the first piece came just now, and a piece takes no time, unless a test has it pass.</summary>
        public FakeTimeProvider Clock { get; } = new();

        public byte[]? Value { get; set; }

        public Action BeforePiece { get; set; } = () => { };

        public Func<RespReply?> Problem { get; set; } = () => null;

        /// <summary>Gets the commands for the value that came since it was last asked, a piece with its first and last byte.</summary>
        public string[] TakeCommands()
        {
            string[] all =
            [
                .. _server.Commands.Where(command => command.Name is "GET" or "SET" or "GETRANGE" && command[0] == "key")
                    .Select(command => command.Name == "GETRANGE" ? $"GETRANGE {command[1]} {command[2]}" : command.Name),
            ];
            var taken = all[_taken..];
            _taken = all.Length;
            return taken;
        }

        public Task<byte[]?> ReadAsync() => ReadAsync(CancellationToken.None);

        public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
        {
            using var command = ClientSetup.Command("GET", "key");
            using var reply = await _client.Client.ExecuteAsync(command, CommandKind.Read, cancellationToken);
            _client.Node.Note(command, reply.Span.Length);
            return reply.IsNull ? null : reply.Span.ToArray();
        }

        public Task ReadSmallAsync() => _client.GetAsync("small");

        public async Task WriteAsync()
        {
            using var command = RedisCommand.Rent("SET"u8, 2).AddKey("key"u8).Add(Value);
            (await _client.Client.ExecuteAsync(command, CommandKind.IdempotentWrite, CancellationToken.None)).Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            await _server.DisposeAsync();
        }

        private RespReply Piece(RespCommand command)
        {
            BeforePiece();
            var value = Value ?? [];
            var (start, end) = (int.Parse(command[1], CultureInfo.InvariantCulture), int.Parse(command[2], CultureInfo.InvariantCulture) + 1);
            return Problem() ?? RespReply.Bulk(value.AsMemory(Math.Min(start, value.Length)..Math.Min(end, value.Length)));
        }
    }
}
