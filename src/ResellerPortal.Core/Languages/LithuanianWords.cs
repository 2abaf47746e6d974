namespace ResellerPortal.Core.Languages;

internal static class LithuanianWords
{
    public static DocumentWords Instance { get; } = new()
    {
        Invoice = "Sąskaita faktūra",
        CreditNote = "Kreditinė sąskaita",
        BilledTo = "Pirkėjas",
        Issued = "Išrašyta",
        Due = "Apmokėti iki",
        AgainstInvoice = "Sąskaitai",
        Period = "Laikotarpis",
        BuyerReference = "Jūsų žyma",
        AmountDue = "Mokėtina suma",
        CreditBalance = "Jūsų naudai",
        AmountCredited = "Kredituota suma",
        VatId = "PVM kodas {0}",
        RegistrationNumber = "Įmonės kodas {0}",
        TaxNumber = "Mokesčių mokėtojo kodas {0}",
        ConversionsPerDay = "Konversijos per dieną",
        BusiestDay = "daugiausia per dieną: {0}",
        Description = "Aprašymas",
        Quantity = "Kiekis",
        UnitPrice = "Vieneto kaina",
        Tax = "PVM",
        TaxableAmount = "Apmokestinamoji vertė",
        Amount = "Suma",
        CarriedOver = "Perkelta į kitą puslapį",
        BroughtForward = "Perkelta iš ankstesnio puslapio",
        NetTotal = "Suma be PVM",
        Total = "Iš viso",
        StandardRate = "Standartinis tarifas",
        ReverseCharge = "Atvirkštinis apmokestinimas",
        Exempt = "Neapmokestinama",
        Export = "Eksportas",
        NotSubject = "Ne PVM objektas",
        CostNote = "Mūsų pačių sąnaudos šios sąskaitos konversijoms: {0}.",
        InOwnCurrency = "{0} valiuta: {1} be mokesčio, {2} mokesčio, kursas {3}.",
        TaxInNationalCurrency = "Mokestis mūsų šalies valiuta {0}: {1}, kursas {2}.",
        Payment = "Mokėjimas",
        PleasePay = "Prašome sumokėti {0} iki {1}, nurodant {2}.",
        NothingToPay = "Mokėti nereikia. {0} yra jūsų naudai už vartojimą, pataisytą po sąskaitos išrašymo.",
        PaidFromBalance = "Apmokėta iš likučio",
        AllPaidFromBalance = "Apmokėta iš jūsų likučio. Daugiau mokėti nereikia.",
        AccountHolder = "Gavėjas",
        Reference = "Mokėjimo paskirtis",
        PayOnline = "Mokėti internetu",
        ScanToPay = "Nuskaitykite ir mokėkite",
        Credit = "Kreditas",
        CreditedSentence = "Grąžinama {0} pagal {2} sąskaitą {1}.",
        CreditTerms = "Mokėti nereikia. Suma įskaitoma arba grąžinama.",
        Reason = "Priežastis: {0}",
        LedgerRange = "Apmokestina vartojimo žurnalo įrašus nuo {0} iki {1}. Paskutiniojo maiša:",
        LedgerNothingNew = "Naujo vartojimo nėra; žurnalas apmokestintas iki {0} įrašo. Jo maiša:",
        LedgerOfCredit = "Kredituoja sąskaitą {0}, kuri apima vartojimą iki {1} įrašo. Jo maiša:",
        Verify = "Patikrinti: prisijunkite prie {0}, išsaugokite savo žurnalą ir paleiskite šalia esančią programą.",
        ThePortal = "savo portalo",
        PageOf = "{0} · {1} psl. iš {2}",
        UsageByToken = "Vartojimas pagal API raktą ir dieną",
        Conversions = "Konversijos: {0}",
        Statement = "Sąskaitos išrašas",
        AccountOf = "Klientas",
        OpeningBalance = "Skola iki tol",
        Owed = "Skola",
        DayOfEntry = "Diena",
        Document = "Dokumentas",
        LateFeeFor = "Delspinigiai už {0}",
        PaymentReturned = "Grąžintas mokėjimas",
        CreditedBefore = "Jau įskaityta pagal {0}",
        WrittenOffOf = "Nurašyta iš {0}",
        PaymentFor = "Mokėjimas už {0}",
        BalanceTopUp = "Įmoka į likutį",
        BalanceRefund = "Grąžinta iš likučio",
        DocumentFor = "{0}, sąskaita {1}",
        Included = "įskaičiuota",
        Packages = "Paketai po {0} konversijų",
        Discount = "Nuolaida",
        MinimumDifference = "Skirtumas iki mažiausios sumos",
        MonthlyFee = "Mėnesinis mokestis",
        LateFrom = "pavėluotai, už {0}",
        WhyReverseCharge = "Atvirkštinis apmokestinimas: PVM moka pirkėjas (Direktyvos 2006/112/EB 196 straipsnis).",
        WhyExport = "Eksportas: PVM neskaičiuojamas.",
        WhyNotSubject = "Ne PVM objektas.",
        WhyOutsideTheUnion = "Čia ne PVM objektas: paslauga teikiama kliento įsisteigimo vietoje (Direktyvos 2006/112/EB 44 straipsnis).",
        WhyNotRegistered = "Pardavėjas nėra PVM mokėtojas.",
        InvoiceSubject = "{seller} sąskaita {number}",
        InvoiceEmail = """
            Gerb. {customer},

            pridedame sąskaitą {number} už laikotarpį {period}.
            Mokėtina suma: {open}, apmokėti iki {due}.

            Ją ir savo vartojimą rasite ir čia: {link}.

            Pagarbiai
            {seller}
            """,
        CreditNoteSubject = "{seller} kreditinė sąskaita {number}",
        CreditNoteEmail = """
            Gerb. {customer},

            pridedame kreditinę sąskaitą {number}, suma {total}.

            Ją rasite ir čia: {link}.

            Pagarbiai
            {seller}
            """,
        ReminderSubject = "Priminimas: sąskaita {number}, terminas {due}",
        ReminderEmail = """
            Gerb. {customer},

            galbūt pamiršote: sąskaitą {number} reikėjo apmokėti iki {due}, liko {open}. Pridedame ją dar kartą.

            Jei jau sumokėjote, nekreipkite dėmesio į šį laišką.

            Pagarbiai
            {seller}
            """,
        SecondReminderSubject = "Antras priminimas: sąskaita {number}",
        SecondReminderEmail = """
            Gerb. {customer},

            sąskaita {number}, kurios terminas buvo {due}, vis dar neapmokėta. Liko {open}, iš jų delspinigiai {fee}.

            Prašome sumokėti per savaitę arba parašyti mums, jei kas trukdo.

            Pagarbiai
            {seller}
            """,
        FinalNoticeSubject = "Paskutinis priminimas: sąskaita {number}",
        FinalNoticeEmail = """
            Gerb. {customer},

            nors priminėme, už sąskaitą {number}, kurios terminas buvo {due}, vis dar liko {open}. Iš jų delspinigiai: {fee}.

            Prašome sumokėti nedelsiant. Jūsų paskyros konversijos gali būti sustabdytos iki apmokėjimo; būklę matote čia: {link}.

            Pagarbiai
            {seller}
            """,
    };
}
