# Completion of readyshelf for fish. The program itself knows its words.
function __readyshelf_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        if string match -q ':file*' -- $line
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c readyshelf -f -a '(__readyshelf_complete)'
