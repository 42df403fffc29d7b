using System.Runtime.InteropServices;

namespace Larder.Soak.Processes;

/// <summary>Stops and continues a process, as a busy or paged-out machine does.</summary>
internal static class Signals
{
    private const int Stop = 19;
    private const int Continue = 18;

    public static void Pause(int process) => Send(process, Stop);

    public static void Resume(int process) => Send(process, Continue);

    private static void Send(int process, int signal)
    {
        if (Kill(process, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} to process {process} failed: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
