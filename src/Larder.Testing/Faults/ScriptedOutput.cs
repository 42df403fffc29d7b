namespace Larder.Testing.Faults;

/// <summary>The way of one reply to its connection: in what pieces, and up to which byte.</summary>
internal sealed class ScriptedOutput(ScriptedConnection connection)
{
    private int _pieceSize = int.MaxValue;
    private Budget? _budget;

    public int Protocol => connection.Protocol;

    public ScriptedOutput InPieces(int bytes) => new(connection) { _pieceSize = bytes, _budget = _budget };

    public ScriptedOutput Limited(int bytes) => new(connection) { _pieceSize = _pieceSize, _budget = new Budget(bytes, _budget) };

    public Task SendAsync(byte[] bytes) => connection.SendAsync(bytes.AsMemory(0, _budget?.Take(bytes.Length) ?? bytes.Length), _pieceSize);

    public Task WaitForAsync(Task signal) => connection.WaitForAsync(signal);

    public Task Silence()
    {
        connection.GoSilent();
        return Task.CompletedTask;
    }

    public Task Close()
    {
        connection.Close();
        return Task.CompletedTask;
    }

    public Task Reset()
    {
        connection.Reset();
        return Task.CompletedTask;
    }

    private sealed class Budget(int bytes, Budget? outer)
    {
        private int _left = bytes;

        public int Take(int wanted)
        {
            var taken = Math.Min(outer?.Take(wanted) ?? wanted, _left);
            _left -= taken;
            return taken;
        }
    }
}
