using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.ResellerPages.Usage;

namespace ResellerPortal.Web.ResellerPages.Payments;

public sealed partial class BankStatementPage(
    CurrentActor current,
    BankStatementService statements,
    CurrencyRateService currencies,
    UploadReader uploads,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private MudTable<BankTransactionRow>? _table;
    private BankTransactionState _state;
    private CsvFileReader? _csv;
    private BankColumns _columns = BankColumns.Guess([]);
    private BankStatementFile? _file;
    private Core.Monetary.Currency _own;
    private string? _problem;
    private int _certain;
    private bool _isBusy;

    private IEnumerable<(string Title, int Index, bool MayBeNone, Func<int, BankColumns> With)> Columns =>
    [
        ("Date", _columns.Day, false, v => _columns with { Day = v }),
        ("Amount", _columns.Amount, false, v => _columns with { Amount = v }),
        ("Currency", _columns.Currency, true, v => _columns with { Currency = v }),
        ("Payer", _columns.Name, true, v => _columns with { Name = v }),
        ("Payer account", _columns.Iban, true, v => _columns with { Iban = v }),
        ("Reference", _columns.Reference, true, v => _columns with { Reference = v }),
    ];

    internal static string GetLabel(BankTransactionState state) => state switch
    {
        BankTransactionState.Open => "Unmatched",
        BankTransactionState.Recorded => "Recorded",
        _ => "Ignored",
    };

    private static string GetDescription(BankTransactionState state) => state switch
    {
        BankTransactionState.Open => "Not recorded yet, with suggested matches",
        BankTransactionState.Recorded => "Recorded as payments",
        _ => "Not related to customer invoices",
    };

    private IEnumerable<(int Index, string Name)> Choices(bool mayBeNone) =>
        _csv!.Headers.Select((name, index) => (index, name)).Prepend((-1, mayBeNone ? "(none)" : "(choose)"));

    private async Task<TableData<BankTransactionRow>> LoadAsync(TableState table, CancellationToken cancellationToken)
    {
        var page = await statements.ReadPageAsync(
            await current.GetAsync(), _state, table.Page * table.PageSize, table.PageSize, cancellationToken);
        if (_state == BankTransactionState.Open && _certain != page.Certain)
        {
            _certain = page.Certain;
            StateHasChanged();
        }

        return new TableData<BankTransactionRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private Task ShowAsync(BankTransactionState state)
    {
        _state = state;
        return _table!.ReloadServerData();
    }

    private async Task ReadAsync(InputFileChangeEventArgs change)
    {
        (_csv, _file, _problem) = (null, null, null);
        try
        {
            if (change.File.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                _own = (await currencies.ReadAsync(await current.GetAsync())).Own;
                _csv = await uploads.ReadAsync(
                    change.File,
                    CsvFileReader.MaxBytes,
                    (file, cancelled) => CsvFileReader.Read(change.File.Name, file, BankStatementService.MostEntries, cancelled));
                Map(BankColumns.Guess(_csv.Headers));
            }
            else
            {
                Load(await uploads.ReadAsync(change.File, CsvFileReader.MaxBytes, Camt053Reader.Read));
            }
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            _problem = unreadable is InvalidDataException ? unreadable.Message : "The file could not be uploaded. Try again.";
        }
    }

    private void Map(BankColumns columns)
    {
        (_columns, _file, _problem) = (columns, null, null);
        if (!columns.IsComplete)
        {
            _problem = "Choose the columns for the date and the amount.";
            return;
        }

        try
        {
            Load(columns.Read(_csv!, _own));
        }
        catch (InvalidDataException unreadable)
        {
            _problem = unreadable.Message;
        }
    }

    private void Load(BankStatementFile file) =>
        (_file, _problem) = (file, file.Entries.Count == 0 ? "The statement contains no incoming payments." : null);

    private async Task ImportAsync()
    {
        var outcome = await RunAsync(async actor => await statements.ImportAsync(actor, _file!.Entries));
        if (outcome.IsRefused)
        {
            _problem = outcome.Refusal!.Message;
            return;
        }

        (_csv, _file) = (null, null);
        snackbar.Add(
            $"{NumberText.Count(
                outcome.Value.Added,
                "entry",
                "entries")} imported{(outcome.Value.Known > 0 ? $", {outcome.Value.Known} already known" : "")}.",
            Severity.Success);
        await ShowAsync(BankTransactionState.Open);
    }

    private async Task AcceptAsync(BankTransaction transaction, BankMatchProposal proposal) => await ReportAsync(
        await RunAsync(async actor => await statements.RecordAsync(
            actor, transaction.Id, proposal.CustomerId, [.. proposal.Invoices.Select(i => i.Id)])));

    private async Task RecordCertainAsync()
    {
        var run = await RunAsync(async actor => await statements.RecordCertainAsync(actor));
        snackbar.Add(
            $"{NumberText.Count(run.Recorded, "payment")} recorded. {string.Join(' ', run.Refusals)}".TrimEnd(),
            run.Refusals.Count > 0 ? Severity.Warning : Severity.Success);
        await _table!.ReloadServerData();
    }

    private async Task ChooseAsync(BankTransactionRow row)
    {
        if ((await dialogs.ActAsync(new DialogParameters<BankTransactionDialog> { { d => d.Row, row } })).IsDone)
        {
            snackbar.Add("Payment recorded.", Severity.Success);
            await _table!.ReloadServerData();
        }
    }

    private async Task IgnoreAsync(BankTransaction transaction, bool isIgnored)
    {
        var outcome = await statements.IgnoreAsync(await current.GetAsync(), transaction.Id, isIgnored);
        if (outcome.Refusal is { } refusal)
        {
            snackbar.Add(refusal.Message, Severity.Error);
        }

        await _table!.ReloadServerData();
    }

    private async Task ReportAsync(Outcome<BankTransaction> outcome)
    {
        snackbar.Add(
            outcome.Refusal?.Message ?? $"Recorded: {outcome.Value.RecordedAs}.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await _table!.ReloadServerData();
    }

    private async Task<T> RunAsync<T>(Func<Actor, Task<T>> action)
    {
        _isBusy = true;
        try
        {
            return await action(await current.GetAsync());
        }
        finally
        {
            _isBusy = false;
        }
    }
}
