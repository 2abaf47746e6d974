using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ResellerPortal.Core.Metering;

/// <summary>The commands that wait for one writer.</summary>
internal sealed class MeterQueue
{
    // Unbounded, because settlements record what happened and are never rejected; the meter limits reservations.
    private readonly Channel<MeterCommand> _commands = Channel.CreateUnbounded<MeterCommand>(
        new UnboundedChannelOptions { SingleReader = true });

    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    /// <returns>False if the queue is closed.</returns>
    public bool TryAdd(MeterCommand command)
    {
        Interlocked.Increment(ref _waiting);
        var isAdded = _commands.Writer.TryWrite(command);
        if (!isAdded)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return isAdded;
    }

    /// <returns>False once the queue is closed and empty.</returns>
    public ValueTask<bool> WaitAsync() => _commands.Reader.WaitToReadAsync();

    /// <summary>Takes the next command that its caller has not cancelled.</summary>
    public bool TryTake([NotNullWhen(true)] out MeterCommand? command)
    {
        while (_commands.Reader.TryRead(out command))
        {
            Interlocked.Decrement(ref _waiting);
            if (command.TryTake())
            {
                return true;
            }
        }

        return false;
    }

    public void Close() => _commands.Writer.TryComplete();
}
